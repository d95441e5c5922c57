# Link e immagini: come sono scritti e dove portano.
links-broken = Questo link non funziona: { $url }
    .why = { $why ->
        [host_unknown] Il nome del sito non esiste nel DNS, oppure non ha un indirizzo.
        [connection_refused] Il sito rifiuta le connessioni.
        [certificate] Il certificato è scaduto o appartiene a un altro nome: il browser avverte prima di aprirlo.
        [redirect_loop] Il redirect gira in tondo.
       *[not_found] Il server risponde { $status }: lì non c’è nulla.
    } Chi legge trova un errore, e per i filtri un link morto è segno di trascuratezza, o di peggio.
    .fix = Correggi l’indirizzo o togli il link.
links-image-broken = Questa immagine non si carica: { $url }
    .why = { $why ->
        [host_unknown] Il nome del sito non esiste nel DNS, oppure non ha un indirizzo.
        [connection_refused] Il sito rifiuta le connessioni.
        [certificate] Il certificato è scaduto o appartiene a un altro nome, quindi i programmi di posta non la caricano.
        [redirect_loop] Il redirect gira in tondo.
       *[not_found] Il server risponde { $status }: lì non c’è nulla.
    } Chi legge vede un riquadro vuoto.
    .fix = Metti l’immagine dove il messaggio la cerca, oppure correggi l’indirizzo.
links-refused = { $count ->
        [one] Per sicurezza, un link non è stato seguito
       *[other] Per sicurezza, { $count } link non sono stati seguiti
    }
    .why = Link così portano in una rete privata, a una porta insolita, a un nome con dentro una password o a qualcosa che non è il web. Seguiamo solo link pubblici.
    .fix = Se nemmeno i tuoi lettori possono arrivarci, togli il link.
links-downgrade = { $count ->
        [one] Un link passa da https a http in chiaro
       *[other] { $count } link passano da https a http in chiaro
    }
    .why = Lungo la strada la cifratura si perde. I browser segnalano queste pagine come «non sicure».
    .fix = Fai puntare il redirect all’indirizzo https.
links-images-heavy = Le immagini pesano in tutto { $kilobytes } kB
    .why = Su un telefono con poco segnale compaiono tardi, quando il messaggio è già stato letto, o chiuso.
    .fix = Salvale più piccole: il doppio della larghezza a cui si vedono basta e avanza.
links-not-determined = { $count ->
        [0] Non è stato possibile seguire i link
        [one] Un link non si è potuto verificare
       *[other] { $count } link non si sono potuti verificare
    }
    .why = Molti siti respingono i robot, e alcuni erano troppo lenti. Questo non dice nulla sui link, quindi non togliamo punti. Provali tu.
links-ok = { $count ->
        [one] Il link funziona
       *[other] { $count } link funzionano
    }
links-none = Non ci sono link da seguire
links-off = I link non sono stati seguiti
    .why = Questo esame è stato fatto senza scaricare nulla dai link.
links-label = Un link mostra un indirizzo e porta a un altro: { $url }
    .why = Il testo visibile è un indirizzo web, ma il link porta a un altro dominio. Così si presenta il phishing, e filtri e programmi di posta mettono in guardia. Succede anche con i contatori di clic.
    .fix = Come testo visibile usa parole («Leggi l’offerta») invece di un indirizzo, oppure conta i clic sotto un dominio tuo.
links-lookalike = Il nome del sito di un link ne imita un altro: { $url }
    .why = Mescola lettere di alfabeti diversi, o imita quelle latine. Nomi così nascono quasi sempre per ingannare, e i filtri li trattano di conseguenza.
    .fix = Scrivi il nome con un solo alfabeto, o usane un altro.
links-host-ip = Un link punta a un indirizzo IP invece che a un nome: { $url }
    .why = Chi spedisce seriamente ha un nome; i link a indirizzi IP nudi sono tipici del malware, e i filtri ne tengono conto.
    .fix = Dai un nome al sito e usa quello nel link, con https.
links-userinfo = Un link ha un nome utente davanti al sito: { $url }
    .why = In https://bank.example@evil.example/ la parte prima della @ non è il sito, anche se lo sembra. Filtri e browser diffidano di questi link.
    .fix = Togli tutto ciò che sta fra // e @.
links-placeholder = Un segnaposto non è stato compilato: { $url }
    .why = Il programma di invio avrebbe dovuto sostituirlo. Così com’è, il link non porta da nessuna parte, per nessuno.
    .fix = Correggi il nome del campo nel modello, o dagli un valore, e rifai una prova.
links-shortener = Un link si nasconde dietro un URL shortener: { $url }
    .why = Gli shortener nascondono la destinazione, gli spammer li adorano, e certi filtri e block list trattano di conseguenza tutto il loro dominio.
    .fix = Metti il link alla pagina vera. Nell’HTML la lunghezza non si vede.
links-local = Un link funziona solo nella tua rete: { $url }
    .why = Indica localhost, un indirizzo privato o un nome locale. Per tutti gli altri non porta da nessuna parte.
    .fix = Sostituiscilo con l’indirizzo pubblico della pagina.
links-relative = Un link non è un indirizzo completo: { $url }
    .why = Un messaggio non ha una pagina propria da cui un link relativo possa partire, quindi non porta da nessuna parte.
    .fix = Scrivi l’indirizzo intero, a cominciare da https://.
links-insecure = { $count ->
        [one] Un link usa http in chiaro
       *[other] { $count } link usano http in chiaro
    }
    .why = I browser segnalano queste pagine come non sicure, e chiunque stia nel mezzo può leggerle e modificarle.
    .fix = Scrivi https:// al posto di http://, quando la pagina si apre anche così.
# Che cosa è successo a un link, nella tabella dei link.
links-why = { $why ->
        [not_found] lì non c’è nulla
        [timeout] nessuna risposta in tempo
        [too_large] è troppo grande
        [limit] non richiesto: troppi link
        [relative] non è un indirizzo completo
        [syntax] non è un indirizzo
        [scheme] non è un indirizzo web
        [userinfo] contiene un nome utente
        [private_address] porta in una rete privata
        [port] porta insolita
        [certificate] certificato scaduto o di un altro
        [certificate_issuer] non conosciamo chi ha emesso il certificato
        [connection_refused] il sito rifiuta le connessioni
        [connection] connessione non riuscita
        [bad_answer] risposta incomprensibile
        [dns] il DNS non ha risposto
        [host_unknown] il sito non esiste
        [tls] nessun accordo sulla cifratura
        [bad_redirect] redirect senza indirizzo
        [redirect_loop] il redirect gira in tondo
        [too_many_redirects] troppi redirect
        [robot_refused] il server respinge i robot
        [server_error] il server è in difficoltà
        [odd_status] risposta insolita
        [unsubscribe] lasciato stare: disiscriverebbe
        [https_to_http] passa da https a http in chiaro
        [too_large] troppo grande
        [client] errore nostro
       *[other] { $why }
    }
