# SPF: chi può spedire per un dominio (RFC 7208).
spf-result-pass = SPF superato: { $domain } autorizza { $ip }
    .why = Il record di { $domain } autorizza questo server con { $matched }. Chi riceve può fidarsi che il return path è davvero tuo.
spf-result-fail = SPF fallito: { $domain } vieta a { $ip } di spedire
    .why = Il record di { $domain } elenca i server che possono spedire la sua posta. { $ip } non c’è, e il record chiede di rifiutare tutti gli altri. Molti lo fanno.
    .fix = Se { $ip } è un tuo server, o del tuo fornitore, aggiungilo al record SPF di { $domain }. Se appartiene a un servizio che usi, aggiungi invece l’include: indicato nella sua documentazione. Se non lo conosci, qualcuno ha inoltrato il messaggio o ha usato il tuo nome: lascia il record com’è, sta facendo il suo lavoro.
spf-result-softfail = SPF softfail: { $ip } non è nell’elenco di { $domain }
    .why = Il record di { $domain } non nomina { $ip } e finisce con ~all: accettare, ma con sospetto. Pesa contro il messaggio, se nient’altro lo garantisce.
    .fix = Se { $ip } è un tuo server, o del tuo fornitore, aggiungilo al record SPF di { $domain }. Se appartiene a un servizio che usi, aggiungi invece l’include: indicato nella sua documentazione. Se non lo conosci, qualcuno ha inoltrato il messaggio o ha usato il tuo nome: lascia il record com’è.
spf-result-neutral = SPF neutrale: { $domain } non dice nulla su { $ip }
    .why = Il record c’è, ma non si pronuncia su questo server. Per chi riceve è quasi come se non ci fosse.
    .fix = Se { $ip } è un tuo server, o del tuo fornitore, nominalo nel record{ $end ->
        [open] , e chiudi il record con ~all, così si pronuncia anche su tutti gli altri
       *[kept] {""}
    }.
spf-result-none = { $kind ->
        [near] Il record SPF di { $domain } non viene riconosciuto come tale
       *[none] { $domain } non ha un record SPF
    }
    .why = { $kind ->
        [near] Il testo qui sotto c’è, ma un record SPF deve cominciare esattamente con v=spf1 e uno spazio, senza niente prima. Chi riceve lo prende per un testo qualsiasi, e si comporta come se { $domain } non avesse un record SPF.
        [literal] Il return path contiene un indirizzo tra parentesi quadre al posto di un dominio, e lì non può esserci un record SPF.
       *[none] Niente dice a chi riceve quali server possono spedire per { $domain }, quindi può farlo chiunque.
    } Gmail e Yahoo vogliono SPF o DKIM da tutti, ed entrambi da chi fa invii massivi.
    .fix = { $kind ->
        [near] Correggi l’inizio del record, e separa i termini con uno spazio.
        [literal] Spedisci con un return path di un tuo dominio che abbia un record SPF.
       *[none] Pubblica un record SPF. Parti da uno che nomina i tuoi server, e aggiungi l’include: di ogni servizio che spedisce per te. I record si aggiungono nelle impostazioni DNS del dominio, di solito presso l’azienda dove è registrato.
    }
spf-result-temperror = SPF non determinato: il DNS non ha risposto
    .why = Una domanda DNS su { $name } non ha avuto una risposta utilizzabile. Può essere un guasto passeggero, quindi non togliamo punti. Riprova fra qualche minuto.
spf-forwarded = SPF fallito solo perché { $forwarder } ha inoltrato il messaggio
    .why = { $forwarder } l’ha ricevuto da { $origin }, autorizzato dal record di { $domain }, e l’ha rispedito da { $ip } con lo stesso return path. Nessun record può elencare tutti i server che inoltrano: per questo c’è DKIM{ $signature ->
        [holds] , e la tua firma è arrivata intatta
       *[open] , anche se il DNS non ha risposto quando abbiamo verificato la tua firma
    }. Non togliamo punti, e non devi cambiare nulla. Per provare il tuo server, scrivi direttamente all’indirizzo di prova.
spf-client-local = SPF non dice nulla su { $ip }, un indirizzo di rete privata
    .why = Il messaggio viene dall’interno della tua rete, o attraverso un gateway che nasconde il vero client. Nessun record SPF può nominare un indirizzo così, quindi non si toglie nulla.
    .fix = Per una prova vera, spedisci dal tuo server di posta attraverso Internet. Se questo servizio sta dietro un gateway, fai in modo che passi l’indirizzo del client (protocollo PROXY o XCLIENT).
spf-not-determined = SPF non verificabile
    .why = SPF giudica l’indirizzo da cui arriva la posta, e qui l’indirizzo del client o la busta non sono noti.
spf-several-records = { $where } ha { $count } record SPF; deve essercene uno solo
    .why = Con più di un record SPF non si può valutare, e nessuno conta. Di solito capita quando si aggiunge il record di un servizio accanto a quello vecchio.
    .fix = Cancella tutti i record SPF di { $where } e pubblicane uno solo che autorizzi quello che autorizzavano insieme.
spf-syntax = Il record SPF di { $where } ha un errore in «{ $term }»
    .why = Dal carattere { $position } in poi il record non rispetta la grammatica. Basta un termine sbagliato per rendere nullo tutto il record, che così non protegge nulla.
    .fix = Correggi «{ $term }» nel record di { $where }. I termini sono fatti così: ip4:192.0.2.1, include:example.org, a, mx o ~all, e tra l’uno e l’altro c’è uno spazio.
spf-lookups-exceeded = SPF richiede più di 10 interrogazioni DNS
    .why = La valutazione del record di { $domain } ha superato il limite di 10 interrogazioni con «{ $term }» in { $where }. Chi riceve si ferma lì e considera rotto il record.
    .fix = Togli gli include dei servizi che non usi più, elimina ptr, e scrivi a e mx dei tuoi server come ip4: e ip6:. La posta di un servizio può anche avere un sottodominio con un record suo.
spf-void-lookups-exceeded = SPF chiede troppi nomi che non esistono
    .why = Più di due termini portano a nomi senza risposta; il terzo è «{ $term }» in { $where }. A quel punto chi riceve considera rotto il record.
    .fix = Togli i termini i cui nomi non esistono più, a cominciare da «{ $term }».
spf-names-exceeded = «{ $term }» nel record SPF porta a più di 10 host
    .why = Il record di { $where } usa «{ $term }», che dà più nomi di quanti chi riceve sia disposto a guardare. Il record viene considerato rotto.
    .fix = Sostituisci «{ $term }» con gli indirizzi che spediscono davvero, come ip4: e ip6:.
spf-target-no-record = «{ $term }» porta a { $target }, che non ha un record SPF
    .why = Un include o redirect verso un dominio senza record SPF rende nullo il record di { $where }. { $terms ->
        [two] Qui due termini stanno attaccati, senza spazio, e chi riceve li prende per un nome solo.
        [list] Qui più nomi stanno in un solo termine, e chi riceve li prende per uno.
       *[one] Spesso è un errore di battitura, o un servizio chiuso o trasferito.
    }
    .fix = { $terms ->
        [two] Metti lo spazio che manca in «{ $term }».
        [list] Scrivi un termine per ogni nome, separati da uno spazio.
       *[one] Togli «{ $term }», o sostituiscilo con il nome che il servizio indica oggi nella sua documentazione.
    }
spf-null-path = Questo messaggio non ha return path, quindi SPF giudica il nome dato in HELO
    .why = Le notifiche di mancato recapito e le risposte automatiche partono con il return path vuoto. Chi riceve guarda allora il record SPF di { $domain }, il nome con cui si presenta il tuo server.
spf-null-path-none = { $domain } non ha un record SPF
    .why = Conta solo per la posta con il return path vuoto, e non costa punti.
    .fix = Se vuoi completare, pubblica v=spf1 a -all sul nome con cui si presenta il tuo server.
spf-helo-pass = Anche l’SPF del nome HELO { $domain } è superato
    .why = È utile per le notifiche di mancato recapito, che non hanno return path.
spf-helo-fail = L’SPF del nome HELO { $domain } dà { $result }
    .why = Il tuo server si presenta come { $domain }, e il record SPF di quel nome non autorizza { $ip }. Non toglie punti, e non è il risultato SPF del tuo messaggio; ma le notifiche di mancato recapito di questo server potrebbero essere rifiutate.
    .fix = Aggiungi l’indirizzo al record SPF di { $domain }.
spf-all-pass = Il record SPF di { $domain } autorizza chiunque
    .why = «{ $term }» significa che qualsiasi server al mondo può spedire come { $domain }. Gli spammer cercano record così, e i filtri te lo fanno pagare.
    .fix = Chiudi il record con ~all, o con -all quando hai la certezza che nomini tutti i tuoi server.
spf-all-neutral = Il record SPF di { $domain } finisce con ?all
    .why = «{ $term }» non si pronuncia sugli altri server, quindi la posta falsificata ottiene un risultato neutrale.
    .fix = Chiudi il record con ~all: così protegge il tuo nome.
spf-all-missing = Il record SPF di { $domain } non ha una chiusura
    .why = Senza all né redirect, i server non elencati ottengono un risultato neutrale, come con ?all.
    .fix = Chiudi il record con ~all: così protegge il tuo nome.
spf-all-not-last = «{ $term }» sta dopo all e non viene mai letto
    .why = Chi legge il record di { $domain } si ferma ad all.
    .fix = Se il termine serve, spostalo prima di all; altrimenti toglilo.
spf-redirect-ignored = «{ $term }» viene ignorato, perché il record ha un all
    .why = Il record di { $domain } li ha entrambi, e un redirect conta solo in un record senza all.
    .fix = Toglilo oppure, se nomina server che spediscono per te, scrivilo come include: prima di all.
spf-ptr = Il record SPF di { $domain } usa ptr
    .why = «{ $term }» è lento e poco affidabile; lo standard chiede di non usarlo, e qualcuno lo salta.
    .fix = Nomina con ip4:, ip6:, a o mx tutti i server che spediscono per te, poi togli ptr.
spf-network-wide = «{ $term }» autorizza una rete molto grande
    .why = Tanti indirizzi appartengono anche a estranei, e ognuno di loro può spedire come { $domain }. Spesso è un errore di battitura nel numero dopo la barra.
    .fix = Nomina solo gli indirizzi che spediscono davvero la tua posta.
spf-terms-repeated = «{ $term }» compare due volte nel record SPF di { $domain }
    .why = Il secondo non cambia nulla, e può costare una delle 10 interrogazioni.
    .fix = Togli il secondo.
spf-record-long = Il record SPF di { $domain } è lungo: { $length } caratteri
    .why = Le risposte oltre i 500 byte circa non stanno in un semplice pacchetto DNS, e qualche resolver le perde. Ora è diviso in { $strings } stringhe di al massimo 255 caratteri.
    .fix = Togli quello che non usi più.
spf-strings-joined = Nel record SPF di { $domain } due stringhe si uniscono senza uno spazio
    .why = Un record lungo si pubblica in più stringhe, e chi riceve le unisce così come sono. Qui una finisce senza spazio e la successiva comincia un termine nuovo, quindi due termini sono diventati uno: «{ $term }».
    .fix = Metti uno spazio nel punto di unione.
spf-lookups-over = Il record SPF di { $domain } richiede in tutto { $total } interrogazioni; il limite è 10
    .why = Se il server che spedisce compare presto nel record, chi riceve non arriva fin lì. Per i server nominati più avanti il record è rotto.
    .fix = Togli gli include che non usi più.
spf-lookups-near-limit = Il record SPF di { $domain } richiede { $total } interrogazioni su 10
    .why = Il limite è vicino: un altro servizio, o una modifica in uno di quelli inclusi, può rompere il record per tutta la tua posta.
    .fix = Togli gli include che non usi più, prima di aggiungere un altro servizio.
spf-void-lookups-some = { $count ->
        [one] Il record SPF di { $domain } chiede un nome che non esiste
       *[other] Il record SPF di { $domain } chiede { $count } nomi che non esistono
    }
    .why = Con il terzo il record sarebbe nullo.
    .fix = Togli i termini che non portano da nessuna parte.
spf-target-dangling = «{ $term }» porta a { $target }, che non ha un record SPF
    .why = Chi trova prima il server che spedisce non arriva a quel termine. Per i server nominati dopo, in { $domain }, il record è rotto.
    .fix = Togli il termine, o correggilo.
