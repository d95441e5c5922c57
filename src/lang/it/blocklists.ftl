# Block list e allow list via DNS (RFC 5782).
blocklists-ip-major = { $value } è nella block list { $zone }
    .why = La lista dice: «{ $meaning }». Molti server la consultano e rifiutano, o mettono nello spam, tutto ciò che arriva da un indirizzo elencato.
    .fix = Scopri che cosa è partito da { $value } e fermalo: un computer infetto, una password rubata, un modulo web aperto a tutti. Poi chiedi la rimozione su { $page }. Se l’indirizzo è del tuo fornitore, mandagli questa pagina: spetta a lui farlo togliere.
blocklists-ip-policy = Per { $zone } l’indirizzo { $value } non dovrebbe spedire posta in proprio
    .why = La lista dice: «{ $meaning }». Non è un’accusa di spam: le connessioni di casa e d’ufficio ci stanno per regola, e molti server non accettano posta che arriva direttamente da lì.
    .fix = Spedisci attraverso il server di posta del tuo fornitore (smarthost) o un servizio di invio, non direttamente da questa connessione. Se invece è un vero server di posta, con indirizzo fisso e PTR proprio, toglilo dalla lista su { $page }.
blocklists-ip-minor = { $value } è nella lista minore { $zone }
    .why = La lista dice: «{ $meaning }». Pochi server la usano, e quasi sempre insieme ad altri indizi.
    .fix = Guarda il motivo su { $page }, elimina la causa e chiedi la rimozione. Alcune liste dimenticano un indirizzo da sole, dopo qualche giorno tranquillo.
blocklists-ip-info = { $zone } conosce { $value }: «{ $meaning }»
    .why = Riguarda più la rete in cui ti trovi che te, e quasi nessuno rifiuta posta per questo. Non togliamo punti. Vedi { $page }.
blocklists-ip-allowed = { $value } è nella allow list { $zone }: «{ $meaning }»
    .why = Chi consulta questa lista si fida un po’ di più dell’indirizzo. Non aggiunge punti.
blocklists-name-major = { $value } è nella block list { $zone }
    .why = La lista dice: «{ $meaning }». Il nome compare { $role ->
        [domain] nel From di tutta la posta di questo dominio
        [from] nell’indirizzo From
        [return_path] nel return path
        [helo] nell’HELO del server
        [dkim] nella firma DKIM
        [reply_to] in Reply-To
        [list_unsubscribe] in List-Unsubscribe
       *[link] in un link
    }. I filtri antispam controllano ogni nome di un messaggio, e uno che sta in questa lista pesa molto.
    .fix = Se il nome è tuo, cerca che cosa ne è stato fatto (un sito violato, posta a tuo nome), rimedia e chiedi la rimozione su { $page }. Se è di altri, toglilo da ciò che spedisci.
blocklists-name-minor = { $value } è nella lista { $zone }
    .why = La lista dice: «{ $meaning }». Il nome compare { $role ->
        [domain] nel From di tutta la posta di questo dominio
        [from] nell’indirizzo From
        [return_path] nel return path
        [helo] nell’HELO del server
        [dkim] nella firma DKIM
        [reply_to] in Reply-To
        [list_unsubscribe] in List-Unsubscribe
       *[link] in un link
    }. Da solo raramente decide, insieme ad altri indizi sì.
    .fix = Guarda il motivo su { $page }. Se il nome è tuo, rimedia e chiedi la rimozione; se non lo è, toglilo da ciò che spedisci.
blocklists-name-info = { $zone } conosce { $value }: «{ $meaning }»
    .why = Quasi nessuno rifiuta posta per questo, e non togliamo punti. Vedi { $page }.
blocklists-name-allowed = { $value } è nella allow list { $zone }: «{ $meaning }»
    .why = Chi consulta questa lista si fida un po’ di più del nome. Non aggiunge punti.
blocklists-ip-clear = { $count ->
        [one] Una block list non elenca l’indirizzo che spedisce
       *[other] { $count } block list non elencano l’indirizzo che spedisce
    }
    .why = Interrogate, senza esito: { $zones }.
blocklists-name-clear = { $count ->
        [one] Nessuno dei nomi cercati è nella lista di domini consultata
       *[other] Nessuno dei nomi cercati è nelle { $count } liste di domini consultate
    }
    .why = Interrogate, senza esito: { $zones }.
blocklists-ip-unknown = L’indirizzo che spedisce non è noto, quindi non si può cercare nelle liste
    .why = Alle block list si chiede dell’indirizzo da cui arriva la posta. Indicalo (--ip da riga di comando) oppure spedisci il messaggio a un indirizzo di prova.
blocklists-not-determined = { $count ->
        [0] Non è stato possibile consultare le block list
        [one] Una lista non ha dato una risposta utile: { $zones }
       *[other] { $count } liste non hanno dato una risposta utile: { $zones }
    }
    .why = Una lista che rifiuta, non risponde in tempo o dà una risposta non documentata non dice nulla di te, quindi non togliamo punti. Spesso le liste rifiutano i resolver DNS pubblici: chi gestisce questo servizio dovrebbe dargli un resolver proprio.
blocklists-off = Le block list non sono state consultate
    .why = Questo esame è stato fatto senza block list.
blocklists-hop-listed = { $value }, un server per cui è passato il messaggio, è in { $zone }
    .why = La lista dice: «{ $meaning }». { $policy ->
        [yes] Le connessioni di casa e d’ufficio ci stanno per regola, e un messaggio scritto a casa parte da lì: è normale.
       *[no] Chi riceve interroga le liste sull’ultimo server, quello che consegna, e non su quelli prima; qualche filtro antispam guarda anche più indietro.
    } Lo hai chiesto tu, e non toglie punti. Vedi { $page }.
blocklists-hop-clear = { $count ->
        [one] Una block list non elenca i server per cui è passato il messaggio
       *[other] { $count } block list non elencano i server per cui è passato il messaggio
    }
    .why = Consultate, senza risultati: { $zones }.

# Perché la risposta di una lista non dice nulla; .short sta accanto al nome in una tabella.
lists-why-timeout = { $zone }: { lists-why-timeout.short }
    .short = nessuna risposta in tempo
lists-why-no-answer = { $zone }: { lists-why-no-answer.short }
    .short = la lista non risponde, perciò è stata messa da parte
lists-why-servfail = { $zone }: { lists-why-servfail.short }
    .short = il suo name server risponde con un errore (SERVFAIL)
lists-why-refused = { $zone }: { lists-why-refused.short }
    .short = la lista rifiuta di rispondere al nostro resolver DNS
lists-why-no-data = { $zone }: { lists-why-no-data.short }
    .short = una risposta senza indirizzo
lists-why-control-point = { $zone }: { lists-why-control-point.short }
    .short = manca la sua voce di prova (RFC 5782): la lista sembra vuota o chiusa
lists-why-lists-all = { $zone }: { lists-why-lists-all.short }
    .short = elenca ciò che nessuna lista può elencare (RFC 5782), quindi elenca tutto
lists-why-limit = { $zone }: { lists-why-limit.short }
    .short = non interrogata: il messaggio contiene troppi nomi
lists-why-broken = { $zone }: { lists-why-broken.short }
    .short = la sua risposta è illeggibile
lists-why-undocumented = { $zone }: ha risposto { $detail }, che la lista non documenta
    .short = ha risposto { $detail }, che la lista non documenta
