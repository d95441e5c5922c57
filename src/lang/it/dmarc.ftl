# DMARC: che cosa chiede a chi riceve il dominio del From (RFC 9989).
auth-none-passes = Né SPF né DKIM sono superati
    .why = Niente dimostra chi ha spedito questo messaggio. Gmail e Yahoo rifiutano la posta così, quindi il punteggio non può superare 4,9 finché almeno uno dei due non è superato.
    .fix = Correggi SPF o DKIM come spiegato più sotto; uno basta per entrare, tutti e due è meglio.
dmarc-result-pass = DMARC superato con { $by }
    .why = Il dominio del From, { $author }, è confermato. La policy applicata è { $policy }.
dmarc-result-fail = DMARC fallito: niente conferma { $author }
    .why = Né un SPF superato né una firma valida appartengono al dominio del From. { $policy ->
        [none] La policy di { $domain } è none, quindi per ora chi riceve non ne tiene conto; ma Gmail, Yahoo e Outlook.com vogliono che la posta massiva superi DMARC.
       *[other] La policy di { $domain } ({ $policy }) dice a chi riceve come trattare questa posta.
    }
    .fix = Fai firmare la tua posta con DKIM come { $author }, oppure spedisci con un return path di { $author } autorizzato da SPF.
dmarc-result-fail-reject = DMARC fallito, e { $domain } chiede di rifiutare
    .why = Né un SPF superato né una firma valida appartengono a { $author }, e la sua policy è reject. Gmail, Outlook.com e altri rifiutano questa posta, quindi il punteggio non può superare 4,9.
    .fix = Fai firmare la tua posta con DKIM come { $author }, oppure spedisci con un return path di { $author } autorizzato da SPF. Se qualcun altro spedisce per te, chiedi che firmi come { $author }.
dmarc-none = { $near ->
        [yes] Il record DMARC per { $author } non viene riconosciuto come tale
       *[no] { $author } non ha un record DMARC
    }
    .why = { $near ->
        [yes] Il testo qui sotto c’è, ma un record DMARC deve cominciare con v=DMARC1 e un punto e virgola, senza niente prima. Chi riceve lo prende per un testo qualsiasi, e si comporta come se non ci fosse nessun record. Gmail, Yahoo, Outlook.com e iCloud lo vogliono da chi spedisce molto. Senza, inoltre, non ricevi rapporti su chi usa il tuo nome.
       *[no] Gmail, Yahoo, Outlook.com e iCloud lo vogliono da chi spedisce molto. Senza, inoltre, non ricevi rapporti su chi usa il tuo nome.
    }
    .fix = { $near ->
        [yes] Correggi l’inizio del record, e separa i tag con un punto e virgola.
       *[no] Pubblica il record qui sotto. Non cambia nulla nella consegna e ti porta i rapporti; metti un indirizzo che leggi davvero. I record si aggiungono nelle impostazioni DNS del dominio, di solito presso l’azienda dove è registrato.
    }
dmarc-several-records = Ci sono più record DMARC in { $name }
    .why = Se sono più di uno, chi riceve deve scartarli tutti, come se non ce ne fossero.
    .fix = Cancellali tutti tranne uno. Se non sai più qual è quello giusto, riparti da quello qui sotto.
dmarc-bad-record = Il record DMARC di { $domain } non è valido e viene ignorato
    .why = Chi riceve non riesce a leggerne una policy, quindi è come se non ci fosse.
    .fix = { $record ->
        [yes] Sostituiscilo con il record corretto qui sotto, e metti in p la policy che vuoi quando tutta la tua posta passa.
       *[no] Correggi quello che vedi qui sotto: p vale none, quarantine o reject, e i tag si separano con un punto e virgola.
    }
dmarc-result-temperror = DMARC non determinato: il DNS non ha risposto
    .why = Una domanda che poteva cambiare il risultato non ha avuto una risposta utilizzabile. Non togliamo punti. Riprova fra qualche minuto.
dmarc-not-determined = DMARC non determinato
    .why = Finora niente conferma { $author }, ma SPF o una firma non si sono potuti giudicare fino in fondo. DMARC poteva essere superato, quindi non togliamo punti.
dmarc-no-author = DMARC non è applicabile
    .why = Serve un solo dominio nel From. Che cosa non va nel From è spiegato nel formato del messaggio.
dmarc-policy-none = La policy di { $domain } è none: non protegge ancora nessuno
    .why = Con p=none chi riceve segnala la posta falsificata, ma la consegna lo stesso. È il modo giusto di cominciare, non di restare.
    .fix = Leggi i rapporti per qualche settimana. Quando tutta la tua posta passa, pubblica quarantine, più avanti reject. Se { $domain } è del tuo fornitore di posta, non tocca a te: la piccola detrazione dice solo che chiunque può ancora scrivere a suo nome.
dmarc-testing = La policy di { $domain } è segnata come prova
    .why = t=y chiede a chi riceve di non applicare la policy per intero.
    .fix = Quando i rapporti sono buoni, togli t=y.
dmarc-read-as-none = Il record DMARC di { $domain } ha un errore e viene letto come p=none
    .why = La policy non si riesce a leggere; siccome c’è un indirizzo per i rapporti, viene presa per none.
    .fix = { $record ->
        [yes] Pubblica il record corretto qui sotto, e metti in p la policy che vuoi quando tutta la tua posta passa.
       *[no] Correggi quello che vedi qui sotto: p vale none, quarantine o reject, e i tag si separano con un punto e virgola.
    }
dmarc-fault-value = «{ $value }» non è un valore di { $tag }=.
dmarc-fault-uri = «{ $value }» in { $tag }= non è un indirizzo per i rapporti; deve cominciare con mailto:.
dmarc-fault-policy = Manca il tag p=.
dmarc-tags-removed = Il record di { $domain } usa tag che non esistono più: { $tags }
    .why = Il DMARC di oggi (RFC 9989) non li conosce più. { $share ->
        [all] I sistemi meno recenti li leggono ancora; non fanno danni.
        [none] Per i sistemi meno recenti pct=0 è una prova; quelli nuovi lo ignorano e applicano la policy per intero. Oggi si dice con t=y.
       *[some] I sistemi meno recenti applicano la policy al { $pct } % della posta che fallisce, quelli nuovi a tutta.
    }
    .fix = Toglili alla prossima modifica del record.
dmarc-tags-invalid = Nel record DMARC di { $domain } c’è una parte che non si riesce a leggere
    .why = La policy vale lo stesso, ma chi riceve salta quella parte o la considera al valore predefinito, e non tutti allo stesso modo.
    .fix = { $record ->
        [yes] Pubblica il record corretto qui sotto.
       *[no] Correggi quello che vedi qui sotto, o toglilo.
    }
dmarc-subdomains-weaker = { $np ->
        [strong] I sottodomini esistenti di { $domain } non sono protetti
       *[none] I sottodomini di { $domain } non sono protetti
    }
    .why = { $np ->
        [strong] sp=none esenta ogni sottodominio senza un record suo; np copre solo quelli che non esistono.
       *[none] sp=none esenta ogni sottodominio senza un record suo, e a chi falsifica basta inventarne uno.
    }
    .fix = Verifica nei rapporti che la posta dei tuoi sottodomini passi, poi togli sp: così vale la policy del dominio stesso.
dmarc-only-spf = DMARC si regge solo su SPF
    .why = Se questo messaggio viene inoltrato, SPF fallisce e con lui DMARC.
    .fix = Fai firmare la tua posta con DKIM come { $author }: una firma valida lo confermerebbe comunque.
dmarc-reports-none = { $domain } non riceve rapporti DMARC
    .why = Senza rua non sai chi spedisce a tuo nome, né se la tua posta fallisce da qualche parte.
    .fix = Metti in rua un indirizzo che leggi, o quello che ti ha dato un servizio di rapporti.
dmarc-reports-invalid = L’indirizzo per i rapporti DMARC è inutilizzabile: { $uri }
    .why = Lì non può arrivare nessun rapporto.
    .fix = Scrivilo come URI, per esempio mailto:dmarc@{ $domain }.
dmarc-reports-unauthorized = { $destination } non ha accettato di ricevere rapporti su { $domain }
    .why = I rapporti verso un’altra organizzazione partono solo se questa pubblica il suo consenso.
    .fix = Chiedi al tuo servizio di rapporti: il record qui sotto lo deve pubblicare { $destination }.
dmarc-rfc7489-differs = { $what ->
        [result] Per i sistemi meno recenti DMARC dà { $old }, non { $new }
        [domain] Per i sistemi meno recenti il dominio organizzativo è { $old_domain }, non { $new_domain }
       *[policy] I sistemi meno recenti applicano un’altra policy: { $old_policy }, non { $policy }
    }
    .why = { $what ->
        [np] Il tag np=, per i nomi che non esistono, è arrivato con la RFC 9989 (2026); i sistemi meno recenti non lo conoscono.
       *[other] Dalla RFC 9989 (2026) il dominio organizzativo si cerca nel DNS; prima, in un elenco di suffissi pubblici. Qui oggi risulta { $new_domain }, prima { $old_domain }.
    } Per qualche anno ci saranno differenze. { $what ->
        [result] Con SPF o DKIM esattamente su { $author }, il risultato è lo stesso.
        [domain] Con SPF o DKIM esattamente su { $author }, il risultato è lo stesso.
       *[other] Conta solo per la posta che non supera DMARC.
    }
