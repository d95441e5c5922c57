# Le pagine. I controlli hanno i loro file; qui c’è tutto il resto.

web-description = Spedisci un messaggio, guarda che cosa vedono i server di destinazione e scopri che cosa cambiare.
web-skip = Vai al contenuto
web-nav = Principale
web-nav-test = Prova
web-nav-paste = Incolla
web-nav-probes = Sonde
web-nav-about = Che cos’è
web-foot = Vaglio è un setaccio per la posta: quel che passa, arriva.
web-language = Lingua
web-theme = Colori
web-theme-system = Come il sistema
web-theme-light = Chiaro
web-theme-dark = Scuro
web-copy = Copia
web-copied = Copiato
web-copy-failed = Selezionato: premi Ctrl+C
web-copy-gone = Non è stato possibile copiare
web-yes = sì
web-no = no

## Inizio

web-home-name = Prova la tua posta
web-home-title = La tua email arriverà?
web-home-lead = Spedisci un messaggio a questo indirizzo. Dopo pochi secondi vedi quello che vedono i server di destinazione, e che cosa cambiare di preciso.
web-address-label = Il tuo indirizzo di prova
web-address-terms = Vale fino al { $until }, per { $count ->
    [one] un solo messaggio
   *[other] un massimo di { $count } messaggi
 }. Il risultato lo vede solo chi ha questa pagina.
web-copy-address = Copia l’indirizzo
web-mailto = Apri nel programma di posta
web-mailto-subject = Prova di consegna
web-qr = Codice QR dell’indirizzo di prova
web-sent = L’ho spedito: mostrami il risultato
web-watching = In ascolto: il risultato si apre da solo.
web-purpose-label = Che tipo di messaggio è?
web-purpose-auto = Capiscilo dal messaggio
web-purpose-personal = Personale
web-purpose-transactional = Ordine, ricevuta, avviso
web-purpose-bulk = Newsletter o promozione
web-next-title = Come funziona
web-next-send = Spedisci quello vero
web-next-send-text = La newsletter, la ricevuta o la risposta che vuoi provare, dal programma che la spedisce di solito. Un messaggio vuoto prova solo un messaggio vuoto.
web-next-watch = Guarda l’esame dal vivo
web-next-watch-text = SPF, DKIM, DMARC, server di invio, block list, link e contenuto: ogni controllo compare qui appena è pronto.
web-next-fix = Correggi ciò che pesa di più
web-next-fix-text = Ogni punto perso dice la causa e il rimedio: il record o la riga esatta, da copiare. Poi ricontrolli senza spedire di nuovo.
web-doors-title = Altre strade
web-door-paste = Incolla un messaggio
web-door-paste-text = Hai il sorgente di un messaggio andato perso? Incollalo o caricalo.
web-door-probes = Prova una cosa sola: SPF, DKIM o DMARC
web-door-probes-text = Un indirizzo che non cambia mai: scrivigli, e leggi l’esito qui in un secondo.
web-door-about = Che fine fa il mio messaggio?
web-door-about-text = Chi lo vede, per quanto tempo resta e come nasce il punteggio.

## Attesa

web-wait-title = Aspettiamo il tuo messaggio
web-wait-received-title = Il tuo messaggio è arrivato
web-wait-lead = Spediscilo a questo indirizzo. La pagina va avanti da sola.
web-wait-noscript = Questa pagina si aggiorna ogni { $seconds } secondi.
web-progress-title = A che punto siamo
web-progress-connected = Un server di posta si collega
web-progress-received = Il messaggio arriva
web-progress-ready = Il rapporto è pronto
web-event-received = Ricevuto: { $size }, { $tls ->
    [yes] cifrato con TLS
   *[no] senza TLS
 }
web-help-title = Dopo un minuto ancora niente? Le cause più comuni
web-help-address = Un errore nell’indirizzo. Meglio copiarlo che scriverlo a mano.
web-help-greylisting = Il tuo server riprova solo dopo qualche minuto, perché un primo tentativo è fallito o un filtro in uscita trattiene il messaggio.
web-help-queue = Il messaggio è ancora nella posta in uscita o nella coda del server. I servizi di newsletter spesso spediscono a lotti.
web-help-port = Il tuo server o la tua rete non possono collegarsi ad altri server sulla porta 25. Le linee di casa e i cloud spesso la bloccano.
web-help-bounce = Il messaggio è stato rifiutato. Cerca un avviso di mancata consegna nella tua casella: il testo dice perché.
web-new-address = Chiedi un nuovo indirizzo
web-rechecking = Stiamo rifacendo tutte le domande su questo messaggio. Il rapporto qui sotto è quello di prima, finché il nuovo non è pronto.

## Rapporto

web-report-name = Rapporto
web-score = Punteggio
web-no-subject = (senza oggetto)
web-from = Da
web-subject = Oggetto
web-received = Ricevuto
web-client = Spedito da
web-purpose-judged = Giudicato come
web-purpose-other = Non è così? Giudicalo come un altro tipo
web-see-message = Il tuo messaggio
web-recheck = Ricontrolla
web-recheck-why = Hai cambiato un record DNS? Ricontrolla: non serve spedire di nuovo il messaggio.
web-recheck-failed = L’ultimo tentativo di ricontrollare non è riuscito; qui sotto c’è il rapporto di prima.
web-cures-title = Che cosa aiuterebbe di più
web-cure-held-back = conta solo insieme agli altri
web-cure-needs-alignment = conta solo quando SPF o DKIM passa per il dominio di From
web-sections-title = A colpo d’occhio
web-section-empty = Qui non c’è niente da dire.
web-standing-good = Tutto a posto
web-standing-notice = Da guardare
web-standing-unknown = Non si sa
web-standing-none = Niente da giudicare
web-unknown-title = { $count ->
    [one] Un controllo non è stato possibile
   *[other] { $count } controlli non sono stati possibili
 }
web-unknown-text = { $count ->
    [one] Non toglie punti, ma non prova nulla. Spesso basta riprovare.
   *[other] Non tolgono punti, ma non provano nulla. Spesso basta riprovare.
 }
web-status-deducted = Toglie punti
web-status-notice = Da sapere
web-status-good = A posto
web-status-not-applicable = Non si applica
web-status-not-determined = Non determinato
web-what-to-change = Che cosa cambiare
web-what-we-saw = Che cosa abbiamo visto
web-basis = Perché lo diciamo:
web-record-host = Nome
web-record-short = o solo { $host }, se il pannello aggiunge il dominio da sé
web-record-type = Tipo
web-record-value = Valore
web-record-replaces = Al posto di
web-record-copy = Copia il valore
web-evidence-header = Header { $name }
web-evidence-line = Riga { $number } del messaggio
web-evidence-session = Dalla conversazione SMTP
web-determined = { $count ->
    [one] un controllo fatto
   *[other] { $count } controlli fatti
 }
web-keep-title = Conserva e condividi
web-keep-text = Il rapporto a parole, senza il messaggio. Non incollare l’indirizzo di questa pagina: chi lo ha può leggere il messaggio e cancellare tutto.
web-copy-markdown = Copia come Markdown
web-copy-text = Copia come testo
web-as-text = Solo testo
web-delete = Cancella tutto adesso
web-delete-sure = Elimina subito e per sempre il messaggio, il suo sorgente e tutti i rapporti di questo indirizzo.
web-delete-now = Sì, cancella
web-not-kept = Il messaggio è stato esaminato e non conservato: quando lasci questa pagina, il rapporto sparisce.
web-deliveries-title = Messaggi a questo indirizzo
web-deliveries-number = Messaggio
web-deliveries-link = Messaggio { $number }
web-state-analysing = in esame
web-state-failed = esame non riuscito

## Autenticazione, disegnata

web-align-title = I nomi coincidono?
web-align-text = DMARC chiede che il dominio che si legge in From sia anche quello garantito da SPF o da DKIM. Basta una coppia che coincide e passa.
web-align-from = From
web-align-spf = SPF
web-align-dkim = DKIM
web-align-same = coincide con
web-align-differ = è diverso da
web-align-not-passing = I nomi coincidono, ma questo controllo non è passato: perciò non conta.
web-spf-mail-from = SPF del return path
web-spf-helo = SPF del nome del server (HELO)
web-spf-lookups = Interrogazioni DNS: { $lookups } su 10
web-spf-asked = { $ip } può spedire per { $domain }? Valutazione, nell’ordine:
web-spf-counts = Interrogazioni DNS contate: { $lookups } su 10 ammesse; risposte vuote: { $void } su 2 ammesse.
web-spf-explanation = La spiegazione del dominio:
web-spf-leave = fine di { $domain }
web-spf-step-match = corrisponde
web-spf-step-no-match = non corrisponde
web-spf-step-enter = si guarda dentro
web-spf-step-error = errore
web-dkim-title = Firma { $number }, di { $domain }
web-dkim-key = Chiave
web-dkim-bits = { $bits } bit
web-dkim-algorithm = Metodo
web-dkim-covers = Copre
web-dkim-body-whole = e tutto il corpo
web-dkim-body-part = { $length ->
    [0] e niente del corpo
    [one] e solo il primo byte del corpo
   *[other] e solo i primi { $length } byte del corpo
 }
web-dkim-aligned = Coincide con From
web-dkim-header = La firma come sta nel messaggio
web-dmarc-walk = Dove è stata cercata la policy
web-dmarc-unknown = nessuna risposta utile
web-dmarc-nothing = nessun record
web-dmarc-7489 = Chi segue ancora la vecchia RFC 7489 direbbe { $result }, con { $domain } come dominio dell’organizzazione.

## Tabelle

web-lists-all = { $count ->
    [one] L’unica lista interrogata
    [2] Entrambe le ricerche nelle liste
   *[other] Tutte le { $count } ricerche nelle liste
 }
web-lists-zone = Lista
web-lists-value = Nome o indirizzo
web-lists-result = Esito
web-lists-listed = presente
web-lists-clear = assente
web-lists-unknown = non determinato
web-lists-hop = lungo il percorso, non è il server che consegna
web-links-all = Tutti i link: { $count }
web-links-url = Link
web-links-ok = funziona
web-links-broken = rotto
web-links-redirected = porta altrove
web-links-refused = non visitato
web-filter-text = Il suo conto, con il suo segno: il più indica spam. Le regole che ripetono i nostri controlli si vedono qui ma non contano due volte.
web-filter-score = Punti
web-filter-rule = Regola

## Incolla

web-paste-title = Incolla un messaggio
web-paste-lead = Il sorgente completo, header compresi. In Gmail: «Mostra originale»; in Outlook: «Visualizza origine»; in Thunderbird: Ctrl+U.
web-paste-source = Sorgente del messaggio
web-paste-file = Oppure scegli un file
web-paste-envelope = Chi l’ha spedito? (facoltativo)
web-paste-envelope-why = Un messaggio incollato non dice chi lo ha consegnato. Senza questi dati lo leggiamo dalle righe Received, o resta non determinato.
web-paste-ip = Indirizzo IP del server di invio
web-paste-helo = Il suo nome HELO
web-paste-mail-from = Return path (MAIL FROM)
web-paste-hops = Interroga le block list anche su ogni server pubblico delle righe Received. Non toglie mai punti.
web-paste-go = Esaminalo
web-paste-privacy = Esaminato subito e non conservato.
web-paste-empty = Non c’è niente da esaminare: incolla il sorgente o scegli un file.
web-paste-bad-ip = L’indirizzo del server non è un indirizzo IP.
web-paste-bad-mail-from = Il return path non è un indirizzo email.

## Informazioni

web-about-title = Che cos’è Vaglio
web-about-lead = Da un solo messaggio vero, Vaglio ti dice se la tua posta arriverà, perché no e che cosa cambiare di preciso.
web-about-name = Il vaglio è il setaccio del grano: passare al vaglio è esaminare con cura.
web-privacy-title = Che fine fa il tuo messaggio
web-privacy-link = Lo vede solo chi ha il link del rapporto. Dall’indirizzo il link non si può indovinare.
web-privacy-kept = Messaggio e rapporti sono cancellati dopo { $days ->
    [one] un giorno
   *[other] { $days } giorni
 }, o subito se premi Cancella.
web-privacy-asked = Per esaminarlo chiediamo dei suoi domini e indirizzi al DNS e alle block list, e possiamo visitarne i link.
web-privacy-cookies = Cookie: solo la lingua e i colori che scegli, e solo se li scegli. Nessun tracciamento, niente caricato da altri siti.
web-privacy-logs = I log non contengono indirizzi email, indirizzi IP né contenuti.
web-about-score-title = Che cosa dice il punteggio
web-about-score = Parte da 10,0 e ogni punto tolto è elencato con il motivo e il rimedio. Se un grande provider rifiuterebbe il messaggio, resta sotto il 5. Nemmeno un 10 promette la posta in arrivo: contano anche la reputazione e chi legge.
web-about-score-unknown = Ciò che non si è potuto determinare non toglie punti e non vale come promosso.
web-about-api-title = Per i programmi
web-about-api = Tutto si può avere in JSON: `POST /api/v1/tests` dà un indirizzo, `/api/v1/tests/{"{key}"}/report` il suo rapporto.

## Errori

web-trouble-not-found = Qui non c’è niente
web-trouble-not-found-text = L’indirizzo è scritto male, oppure la pagina non c’è più.
web-trouble-unknown-test = Questo rapporto non esiste
web-trouble-unknown-test-text = Il link non è nostro, o ne manca una lettera. Cerca il link intero e riprova.
web-trouble-expired = Questo indirizzo è scaduto
web-trouble-expired-text = Non ha ricevuto niente in tempo, o ciò che ha ricevuto è stato cancellato. Per averne uno nuovo basta un clic.
web-trouble-deleted = Cancellato
web-trouble-deleted-text = Il messaggio, il suo sorgente e i rapporti non ci sono più.
web-trouble-forbidden = Non da un altro sito
web-trouble-forbidden-text = Un altro sito ha chiesto questa operazione a nome tuo: non l’abbiamo fatta. Apri la pagina e riprova da lì.
web-trouble-too-large = È troppo grande
web-trouble-too-large-text = Un messaggio può arrivare a 25 MB. Gli allegati pesanti dicono poco sulla consegna: riprova senza.
web-trouble-too-many = Un momento, per favore
web-trouble-too-many-text = Dalla tua rete arrivano molte richieste. Aspetta un minuto e riprova.
web-trouble-bad-request = Non abbiamo capito
web-trouble-bad-request-text = La richiesta non è quella che questa pagina si aspetta. Torna indietro e riprova.
web-trouble-no-word = Parola non valida
web-trouble-no-word-text = { probe-word-rule }
web-trouble-wrong-method = Non così
web-trouble-wrong-method-text = Questo indirizzo non risponde a quel tipo di richiesta.
web-trouble-failed = Non siamo riusciti a esaminare il messaggio
web-trouble-failed-text = Qualcosa si è rotto qui, dopo vari tentativi. È colpa nostra, e ne resta traccia nei log. Spedisci di nuovo il messaggio.
web-trouble-ours = Qualcosa si è rotto
web-trouble-ours-text = È colpa nostra, non tua, e ne resta traccia nei log. Riprova fra un momento.

## Il messaggio

web-message-name = Il tuo messaggio
web-message-back = Torna al rapporto
web-message-preview = Come appare
web-message-text = Parte di testo
web-message-headers = Header
web-message-hops = La strada che ha fatto
web-message-parts = Parti e allegati
web-message-talk = La conversazione SMTP
web-message-dns = Risposte DNS
web-message-source = Sorgente
web-preview-width = Larghezza
web-preview-phone = Telefono
web-preview-tablet = Tablet
web-preview-desktop = Computer
web-preview-images-on = Carica le immagini remote
web-preview-images-off = Senza immagini remote
web-preview-images-why = Le immagini remote sono spente: caricarle fa sapere ai server del mittente che qualcuno sta guardando.
web-preview-dark = Su sfondo scuro
web-preview-light = Su sfondo chiaro
web-preview-title = Il messaggio, chiuso in un riquadro
web-defects = Che cosa c’è di strano nella forma
web-headers-name = Campo
web-headers-value = Valore
web-hops-text = Secondo quanto ogni server dice di sé, dal più vecchio. Solo le ultime righe le ha scritte qualcuno di cui ti puoi fidare.
web-hops-none = Il messaggio è arrivato direttamente dal suo primo server.
web-hops-took = { $seconds ->
    [one] un secondo dopo
   *[other] { $seconds } secondi dopo
 }
web-parts-type = Tipo
web-parts-name = Nome
web-parts-encoding = Codifica
web-parts-size = Dimensione
web-parts-attachment = allegato
web-talk-time = Tempo
web-talk-who = Chi
web-talk-line = Riga
web-talk-client = loro
web-talk-server = noi
web-talk-note = nota
web-dns-name = Nome
web-dns-type = Tipo
web-dns-answer = Risposta
web-dns-ttl = TTL
web-dns-ms = ms
web-source-download = Scarica il sorgente ({ $size })
web-source-cut = Il resto è nel file da scaricare.
web-rows-cut = … e { $count ->
    [one] un’altra riga
   *[other] altre { $count } righe
 }, nel sorgente.

## I provider, la condivisione e chi bussa

web-providers-title = Che cosa chiedono i grandi provider
web-providers-met = { $met } su { $of }
web-providers-rules = Regola per regola
web-providers-rule = Regola pubblicata
web-providers-text = Contano le regole che questo messaggio può mostrare. Un trattino: non richiesta per messaggi così, oppure un solo messaggio non basta a dirlo. Rispettarle tutte non garantisce la posta in arrivo.
web-purpose-said = Hai detto: { $purpose }.
web-purpose-apply = Giudicalo così
web-copy-ticket = Copia per un ticket
web-share-title = Fallo vedere a qualcuno
web-share-text = Un link a questo solo rapporto, di sola lettura: non porta a questa pagina né ad altri messaggi arrivati all’indirizzo. Il testo del messaggio non si vede; indirizzi e link sono oscurati.
web-share-copy = Copia questo link
web-share-read-only = Questo rapporto è stato condiviso con te: sola lettura, senza il messaggio, con indirizzi e link oscurati.
web-share-what = Chi lo possiede può mostrarti il messaggio, ricontrollarlo o cancellare tutto.
web-event-connected = { $client } si è collegato come { $helo }, { $tls ->
    [yes] con TLS
    [no] senza TLS
   *[unknown] in un modo che non abbiamo visto
 }
web-event-arriving = In arrivo: { $size } finora
web-event-refused = { $why ->
    [expired] Qualcuno ha provato a spedire, ma questo indirizzo è scaduto. Chiedine uno nuovo e spedisci di nuovo.
    [too-big] Un messaggio è arrivato ed è stato rifiutato: supera i 25 MB. Riprova senza allegati.
    [full] Un messaggio è arrivato ed è stato rifiutato: questo indirizzo ha già ricevuto tutti quelli che può. Chiedine uno nuovo.
    [deleted] Un messaggio è arrivato ed è stato rifiutato: questa prova è stata cancellata. Chiedi un indirizzo nuovo.
    [try-later] Qualcuno ha bussato mentre eravamo troppo occupati: gli abbiamo chiesto di tornare. Di solito riprova entro pochi minuti.
   *[interrupted] Qualcuno ha iniziato a spedire, ma il collegamento si è chiuso a metà. Dovrebbe riprovare da solo.
 }
web-trouble-slow = Ci abbiamo messo troppo
web-trouble-slow-text = La risposta non era pronta dopo mezzo minuto. Riprova fra un momento.
web-door-domain = Controlla un dominio
web-door-domain-text = Non hai un messaggio? Guarda che cosa pubblica un dominio: SPF, DKIM, DMARC e altro.
web-providers-none = A messaggi così non chiede nulla
web-keep-ticket = Mettilo in un ticket
web-keep-data = Porta via i dati
web-print = Stampa o salva in PDF
web-trouble-busy = Qui c’è troppo da fare
web-trouble-busy-text = In questo momento stiamo servendo altri. Riprova tra poco: quello che hai inviato non è stato esaminato.
