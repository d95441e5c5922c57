# Il server che spedisce e i domini per cui parla.
server-ptr-missing = { $ip } non ha un nome nel DNS
    .why = I server di posta seri hanno un record PTR. Gmail, Yahoo e iCloud lo chiedono, e molti rifiutano la posta di chi non l’ha.
    .fix = Chiedi a chi ti ha dato l’indirizzo (il provider del server, non chi registra il dominio) di impostare come reverse DNS { $wanted ->
        [none] il nome completo del tuo server di posta, per esempio mail.example.com, che nel DNS deve avere questo indirizzo
       *[other] { $wanted }; nel DNS quel nome deve avere questo indirizzo
    }.
server-ptr-unconfirmed = { $ip } si chiama { $name }, ma { $name } non riporta a lui
    .why = Nel reverse DNS chiunque può scrivere qualunque nome. Chi riceve ci crede solo se il nome risolve allo stesso indirizzo.
    .fix = { $wanted ->
        [none] Fai mettere nel record PTR il nome del tuo server di posta; oppure, se quel nome è { $name }, dagli l’indirizzo { $ip }.
       *[other] Fai impostare come reverse DNS di { $ip } { $wanted }, il nome con cui il server si presenta, e assicurati che quel nome abbia l’indirizzo { $ip }.
    }
server-ptr-generic = { $ip } ha un nome che sembra automatico: { $name }
    .why = I nomi ricavati dall’indirizzo si danno alle linee di casa e ai server non usati. Alcuni filtri se ne fidano meno.
    .fix = Fai impostare come reverse DNS di { $ip } { $wanted ->
        [none] un nome proprio del tuo server di posta, per esempio mail.example.com, che nel DNS abbia questo indirizzo
       *[other] il nome del tuo server di posta: { $wanted }
    }.
server-ptr-confirmed = { $ip } è { $name }, e il nome riporta a lui
    .why = Reverse DNS e DNS diretto concordano.
server-ptr-several = { $ip } ha { $count } nomi nel reverse DNS
    .why = { $names }. Chi riceve ne guarda uno, e non sei tu a scegliere quale.
    .fix = Fai togliere tutti i record PTR di { $ip } tranne uno{ $keep ->
        [none] {""}
       *[other] : tieni { $keep }
    }.
server-ptr-not-determined = Reverse DNS non verificabile
    .why = { $ip ->
        [none] L’indirizzo da cui è arrivata la posta non è noto.
       *[other] Il DNS non ha risposto su { $ip }.
    } Non togliamo punti.
server-client-local = Il messaggio viene da una rete privata, o da questa stessa macchina
    .why = Un indirizzo così non ha un nome pubblico, quindi il reverse DNS qui non dice nulla. Per una prova vera, spedisci dal tuo server di posta.
server-helo-not-a-name = Il server si presenta come «{ $helo }», che non è un nome di host
    .why = In EHLO il server deve dare il suo nome completo, con il dominio. Qualcuno rifiuta tutto il resto.
    .fix = Imposta come nome del server (myhostname in Postfix, primary_hostname in Exim) { $wanted ->
        [none] un nome che nel DNS abbia il suo indirizzo, per esempio mail.example.com
       *[other] { $wanted }
    }.
server-helo-literal = Il server si presenta con un indirizzo invece che con un nome: { $helo }
    .why = Un indirizzo fra parentesi quadre è ammesso se l’host non ha un nome. Un server di posta dovrebbe averlo: molti filtri lo contano contro di te, e qualche server rifiuta.
    .fix = Imposta come nome del server (myhostname in Postfix, primary_hostname in Exim) { $wanted ->
        [none] un nome che nel DNS abbia il suo indirizzo, per esempio mail.example.com
       *[other] { $wanted }
    }.
server-helo-unresolved = Il server si presenta come { $helo }, un nome senza indirizzo
    .why = Il nome dato in EHLO dovrebbe esistere nel DNS. Se non esiste, i filtri ne tengono conto.
    .fix = { $private ->
        [yes] Quel nome serve all’interno di una rete. Imposta come nome del server (myhostname in Postfix, primary_hostname in Exim) { $wanted ->
            [none] uno che esista nel DNS pubblico, per esempio mail.example.com
           *[other] { $wanted }
        }.
       *[no] Pubblica un indirizzo per { $helo }, oppure fai presentare il server con un nome che ce l’ha.
    }
server-helo-good = Il server si presenta con il suo nome, { $helo }
    .why = Il nome esiste nel DNS.
server-helo-mismatch = Il server si presenta come { $helo }, e quel nome porta a un altro indirizzo
    .why = { $helo } non porta a { $ip }, e { $names ->
        [none] quell’indirizzo non ha un nome nel reverse DNS
       *[other] per il reverse DNS quell’indirizzo è { $names }
    }. Nessuno può rifiutare la posta solo per questo; i filtri però ne tengono conto.
    .fix = { $wanted ->
        [none] Nel DNS dai a { $helo } l’indirizzo { $ip }, oppure fai presentare il server con un nome che ce l’ha.
       *[other] Fai presentare il server come { $wanted } (myhostname in Postfix, primary_hostname in Exim), oppure nel DNS dai a { $helo } l’indirizzo { $ip }.
    }
server-helo-not-determined = La presentazione (HELO) non è verificabile
    .why = { $helo ->
        [none] Come si è presentato il server non è noto.
       *[other] Il DNS non ha risposto su { $helo }.
    } Non togliamo punti.
server-from-unreachable = Nessuno può rispondere: { $domain } non riceve posta
    .why = Il dominio del From non ha un server di posta né un indirizzo, o non se ne trova nessuno. Molti rifiutano la posta a cui non si può rispondere.
    .fix = Pubblica un record MX per { $domain }, oppure scrivi da un dominio che riceve posta.
server-from-null-mx = { $domain } dichiara di non ricevere posta
    .why = Il suo record MX è un punto solo: niente posta, grazie. A chi scrive da un dominio così non si può rispondere, e qualcuno lo rifiuta.
    .fix = Scrivi da un dominio che riceve posta, oppure sostituisci il null MX con uno vero.
server-from-receives = { $domain } può ricevere risposte
    .why = La posta diretta lì va a { $hosts }.
server-from-not-determined = Non si sa se le risposte a { $domain } arrivano
    .why = Il DNS non ha detto se questo dominio, che è nel From, riceve posta. Non togliamo punti.
server-return-path-unreachable = Gli avvisi di mancato recapito vanno persi: { $domain } non riceve posta
    .why = Gli avvisi di mancata consegna vanno al return path, e questo non ne riceve. Qualcuno controlla che funzioni prima di accettare.
    .fix = Pubblica per { $domain } un record MX che porti a un server di posta, oppure usa un return path di un dominio che riceve posta.
server-return-path-receives = { $domain } può ricevere gli avvisi di mancato recapito
    .why = La posta diretta lì va a { $hosts }.
server-return-path-not-determined = Non si sa se gli avvisi di mancato recapito a { $domain } arrivano
    .why = Il DNS non ha detto se questo dominio, che è nel return path, riceve posta. Non togliamo punti.
server-reply-to-unreachable = Le risposte vanno perse: { $domain } non riceve posta
    .why = Reply-To nomina un dominio di cui non si trova un server di posta, o che dichiara di non riceverne. Chi risponde riceve un errore.
    .fix = Pubblica per { $domain } un record MX che porti a un server di posta, oppure scrivi un altro indirizzo in Reply-To.
server-reply-to-not-determined = Non si sa se le risposte a { $domain } arrivano
    .why = Il DNS non ha detto se questo dominio, che è in Reply-To, riceve posta. Non togliamo punti.
server-mx-alias = L’MX di { $domain } è un alias: { $host }
    .why = Un MX deve nominare un host con un indirizzo proprio, non un CNAME. Alcuni server non consegnano lì.
    .fix = Nel record MX di { $domain } scrivi { $target } al posto di { $host }.
server-mx-ip-literal = L’MX di { $domain } è un indirizzo: { $host }
    .why = Un MX deve essere un nome di host; un indirizzo viene cercato come se fosse un nome, e non si trova.
    .fix = Dai un nome all’indirizzo, per esempio mx1.{ $domain }, e scrivi quel nome nel record MX.
server-mx-private = L’MX { $host } di { $domain } porta in una rete privata
    .why = Da fuori nessuno può raggiungerlo, e i server che ci provano perdono tempo.
    .fix = Dai a { $host } un indirizzo pubblico, oppure toglilo dai record MX di { $domain }. Se serve all’interno, il suo posto è in una zona interna.
server-mx-dangling = L’MX { $host } di { $domain } non ha un indirizzo
    .why = I server che lo scelgono per primo perdono tempo, o restituiscono la posta.
    .fix = Pubblica l’indirizzo di { $host }, oppure togli questo record MX di { $domain }.
server-tls-none = Il messaggio ha viaggiato in chiaro
    .why = Il server non ha usato TLS. Gmail lo chiede, e avvisa i lettori con un lucchetto aperto.
    .fix = Attiva TLS per la posta in uscita (smtp_tls_security_level = may in Postfix; in Exim è già attivo).
server-tls-good = Il messaggio ha viaggiato cifrato: { $version }
    .why = { $cipher ->
        [none] Con quale cifratura non si sa.
       *[other] { $cipher }
    }
server-tls-old = Il messaggio ha viaggiato con { $version }, ormai ritirato
    .why = Le versioni di TLS prima della 1.2 non vanno più usate: qualcuno ripiega sul testo in chiaro, altri rifiutano.{ $cipher ->
        [none] {""}
       *[other] {" "}La cifratura era { $cipher }.
    }
    .fix = Aggiorna il server che spedisce, o la sua libreria TLS, in modo che offra TLS 1.2 e 1.3. Se lo fa già, è il server che ha ricevuto a non saper fare di meglio.
server-tls-weak-cipher = Il messaggio ha viaggiato cifrato, ma in modo debole: { $cipher }
    .why = { $version } è stato usato senza forward secrecy, o con una cifratura abbandonata. Chi registra il traffico potrebbe leggerlo in seguito.
    .fix = Fai offrire al server che spedisce TLS 1.3, oppure cifrature che cominciano con ECDHE. Se lo fa già, è il server che ha ricevuto a non saper fare di meglio.
server-tls-not-determined = Non si sa se il messaggio ha viaggiato cifrato
    .why = La sessione non è stata osservata. Non togliamo punti.
