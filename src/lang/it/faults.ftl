# Che cosa non va, di preciso, in un record, in una firma o in una catena ARC.
fault-no-equals = { $at ->
        [0] In «{ $what }» manca il segno =.
       *[other] In «{ $what }» manca il segno = (ottetto { $at }).
    }
fault-empty-tag = { $at ->
        [0] Fra due punti e virgola non c’è nulla.
       *[other] Fra due punti e virgola non c’è nulla (ottetto { $at }).
    }
fault-tag-name = { $at ->
        [0] «{ $what }» non è un nome di tag.
       *[other] «{ $what }» non è un nome di tag (ottetto { $at }).
    }
fault-octet = { $at ->
        [0] Un carattere che lì non può stare.
       *[other] Un carattere che lì non può stare (ottetto { $at }).
    }
fault-duplicate = { $at ->
        [0] «{ $what }» compare una seconda volta.
       *[other] «{ $what }» compare una seconda volta (ottetto { $at }).
    }
fault-missing = Manca il tag { $what }=.
fault-empty-value = { $at ->
        [0] Il tag { $what }= è vuoto.
       *[other] Il tag { $what }= è vuoto (ottetto { $at }).
    }
fault-version = { $at ->
        [0] La versione { $what }= non è 1.
       *[other] La versione { $what }= non è 1 (ottetto { $at }).
    }
fault-canonicalization = { $at ->
        [0] { $what }= non indica una canonicalizzazione nota (simple o relaxed).
       *[other] { $what }= non indica una canonicalizzazione nota (simple o relaxed) (ottetto { $at }).
    }
fault-no-domain = { $at ->
        [0] { $what }= non contiene un nome di dominio.
       *[other] { $what }= non contiene un nome di dominio (ottetto { $at }).
    }
fault-no-selector = { $at ->
        [0] { $what }= non contiene un selettore.
       *[other] { $what }= non contiene un selettore (ottetto { $at }).
    }
fault-no-number = { $at ->
        [0] { $what }= non contiene un numero.
       *[other] { $what }= non contiene un numero (ottetto { $at }).
    }
fault-not-later = { $at ->
        [0] La scadenza { $what }= non è successiva al momento della firma, t=.
       *[other] La scadenza { $what }= non è successiva al momento della firma, t= (ottetto { $at }).
    }
fault-query-method = { $at ->
        [0] { $what }= non nomina dns/txt, l’unico modo di chiedere le chiavi.
       *[other] { $what }= non nomina dns/txt, l’unico modo di chiedere le chiavi (ottetto { $at }).
    }
fault-field-name = { $at ->
        [0] { $what }= contiene qualcosa che non è un nome di header.
       *[other] { $what }= contiene qualcosa che non è un nome di header (ottetto { $at }).
    }
fault-no-identity = { $at ->
        [0] In { $what }= mancano la @ e il dominio.
       *[other] In { $what }= mancano la @ e il dominio (ottetto { $at }).
    }
fault-no-base64 = { $at ->
        [0] { $what }= contiene caratteri che non sono base64.
       *[other] { $what }= contiene caratteri che non sono base64 (ottetto { $at }).
    }
fault-key-version = v= non è DKIM1.
fault-key-version-place = v= non è il primo tag.
fault-key-absent = C’è un record TXT, ma nessuno con p=.
fault-key-kind = Il tipo di chiave k={ $what } è sconosciuto.
fault-key-length = p= contiene { $what } ottetti; una chiave Ed25519 ne ha 32.
fault-key-not-rsa = p= non contiene una chiave pubblica RSA.
fault-key-too-long = La chiave ha { $what } bit, più di quanti ne legga chi riceve (8192).
fault-key-unreadable = Dal record non si ricava nessuna chiave.
fault-arc-too-long = La catena ha più anelli dei 50 ammessi.
fault-arc-incomplete = A un anello manca uno dei suoi tre header.
fault-arc-instance = Gli anelli non sono numerati uno dopo l’altro: al numero { $what }.
fault-arc-status = Già un anello precedente dice che la catena è rotta (cv=).
fault-arc-body = Il corpo non è quello firmato dall’ultimo anello.
fault-arc-expired = La firma dell’ultimo anello è scaduta.
fault-arc-signature = Una firma della catena non corrisponde.
fault-arc-key = Una chiave della catena non esiste.
fault-arc-unreadable = Un header della catena è illeggibile.
fault-not-verified = Non è stata verificata.
fault-dns-servfail = Il name server ha risposto con un errore (SERVFAIL).
fault-dns-refused = Il name server ha rifiutato di rispondere.
fault-dns-timeout = Nessuna risposta in tempo.
fault-dns-broken = Nessuna risposta utilizzabile.
fault-spf-version = Un record SPF comincia con v=spf1.
fault-spf-term = Dopo il qualificatore (+, -, ~ o ?) un termine comincia con una lettera.
fault-spf-repeated = In un record { $what }= può stare una volta sola.
fault-spf-qualifier = { $what }= è un modificatore, e non vuole un qualificatore davanti.
fault-spf-after-name = «{ $what }» non può seguire il nome di un termine.
fault-spf-mechanism = Il meccanismo «{ $what }» non esiste.
fault-spf-no-value = { $what } vuole i due punti e un valore.
fault-spf-no-prefix = { $what } senza un valore non ammette la lunghezza di un prefisso.
fault-spf-all-value = all non ammette un valore.
fault-spf-value = «{ $what }» qui non può stare.
fault-spf-ip4 = «{ $what }» non è un indirizzo IPv4.
fault-spf-ip6 = «{ $what }» non è un indirizzo IPv6.
fault-spf-prefix4 = «{ $what }» non è la lunghezza di un prefisso, da 0 a 32.
fault-spf-prefix6 = «{ $what }» non è la lunghezza di un prefisso, da 0 a 128.
fault-spf-no-domain = Manca il dominio.
fault-spf-no-dot = «{ $what }» non è un dominio con un punto.
fault-spf-top-label = «{ $what }» non può essere l’ultima parte di un dominio.
fault-spf-macro-octet = Un ottetto che qui non può stare: { $what }.
fault-spf-macro-percent = Dopo un segno di percento deve venire {"{"}, %, _ oppure -.
fault-spf-macro-open = Una macro non viene mai chiusa con {"}"}.
fault-spf-macro-empty = Una macro è vuota.
fault-spf-macro-letter = «{ $what }» non è la lettera di nessuna macro.
fault-spf-macro-letter-here = La lettera di macro «{ $what }» vale solo nelle spiegazioni (exp=).
fault-spf-macro-zero = Una macro non può tenere zero parti.
fault-spf-macro-delimiter = «{ $what }» non può essere il separatore di una macro.
