# DKIM: che cosa è successo al messaggio dopo la firma. Ogni caso è dimostrato: annullandolo, la firma torna.
dkim-autopsy-footer = Dopo la firma { $lines ->
        [one] è stata aggiunta una riga
       *[other] sono state aggiunte { $lines } righe
    } in fondo
    .why = Senza il testo qui sotto, il corpo è esattamente quello firmato da { $domain }. Lo fanno le mailing list, i gateway e i fornitori che aggiungono un piè di pagina.
    .fix = Aggiungi il piè di pagina prima di firmare, disattivalo per questa posta, oppure fai firmare di nuovo chi lo aggiunge.
dkim-autopsy-banner = Dopo la firma { $lines ->
        [one] è stata messa una riga
       *[other] sono state messe { $lines } righe
    } prima del testo
    .why = Senza il testo qui sotto, il corpo è esattamente quello firmato da { $domain }. Lo fanno gli avvisi come «mittente esterno».
    .fix = Aggiungi l’avviso prima di firmare, oppure escludi questa posta.
dkim-autopsy-line-ends = Dopo la firma sono cambiati i fine riga
    .why = Con i fine riga di prima, il corpo è esattamente quello firmato da { $domain }. Nella posta ogni riga finisce con CRLF; un LF o un CR da solo viene corretto per strada, e la firma non corrisponde più.
    .fix = Fai in modo che il programma che scrive il messaggio chiuda ogni riga con CRLF prima della firma.
dkim-autopsy-trailing-space = Dopo la firma sono stati aggiunti o tolti spazi a fine riga
    .why = A parte quelli, il corpo è esattamente quello firmato da { $domain }. La canonicalizzazione «simple» usata dalla firma conta ogni spazio.
    .fix = Firma con c=relaxed/relaxed, che ignora questi spazi.
dkim-autopsy-blank-line = Dopo la firma è sparita una riga vuota all’inizio
    .why = Con quella riga, il corpo è esattamente quello firmato da { $domain }.
    .fix = Non lasciare righe vuote prima del testo nel tuo modello.
dkim-autopsy-dots = Dopo la firma i punti a inizio riga sono stati raddoppiati
    .why = Con un punto in meno, il corpo è esattamente quello firmato da { $domain }. In SMTP un punto a inizio riga viaggia raddoppiato e all’arrivo torna uno; qui è stato raddoppiato una volta di troppo, o non è tornato uno.
    .fix = Cerca un tuo programma che parla SMTP e correggi come tratta i punti; nel frattempo non iniziare righe con un punto.
dkim-autopsy-from-escaped = Dopo la firma «From» a inizio riga è diventato «>From»
    .why = Senza quel segno, il corpo è esattamente quello firmato da { $domain }. Lo fanno i programmi che tengono la posta in file mbox.
    .fix = Firma dopo quel programma, oppure spedisci il testo come quoted-printable, che nasconde la parola.
dkim-autopsy-rewrapped = Dopo la firma sono state spezzate righe troppo lunghe
    .why = Riunendo i pezzi, il corpo è esattamente quello firmato da { $domain }. Nessuna riga può superare 998 byte, e chi inoltra spezza quelle che li superano.
    .fix = Codifica il testo in quoted-printable o base64 prima di firmare: così nessuna riga è troppo lunga.
dkim-autopsy-reencoded = Dopo la firma il testo è stato ricodificato
    .why = Decodificato a 8 bit, il corpo è esattamente quello firmato da { $domain }. Un server lungo il percorso non offriva 8BITMIME, e il testo è stato convertito per lui.
    .fix = Spedisci il testo fin dall’inizio come quoted-printable o base64, e firma quello.
dkim-autopsy-subject-tag = Dopo la firma è stato messo «{ $tag }» nel Subject
    .why = Senza, la firma di { $domain } corrisponde. Lo fanno le mailing list e i filtri per lo spam o la posta esterna.
    .fix = Modifica l’oggetto prima di firmare, oppure lascialo stare: per i filtri basta un campo apposito dell’header.
dkim-autopsy-field-rewritten = Dopo la firma { $field } è stato riscritto
    .why = Con il primo valore qui sotto la firma di { $domain } corrisponde; il secondo è quello arrivato.
    .fix = Trova il programma che riscrive { $field } fra chi firma e qui, e firma dopo di lui.
dkim-autopsy-field-added = Dopo la firma è stato aggiunto { $field }
    .why = Senza questo campo la firma di { $domain } corrisponde: dice che non c’era, o che ce n’era un altro.
    .fix = Imposta { $field } prima di firmare, oppure fai firmare di nuovo chi lo aggiunge.
