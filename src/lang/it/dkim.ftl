# DKIM: firme del messaggio (RFC 6376).
dkim-result-pass = DKIM superato: firmato da { $domain }
    .why = La firma con selettore { $selector } ({ $algorithm }, { $bits } bit) corrisponde al messaggio e appartiene al dominio del From. Vale anche dopo un inoltro, se il messaggio non viene modificato.
dkim-result-no-author = Una firma DKIM valida, di { $domain }
    .why = La firma corrisponde al messaggio. Il From non indica un solo dominio, quindi non ce n’è uno a cui la firma possa appartenere.
dkim-none = Il messaggio non ha una firma DKIM
    .why = La firma dimostra che il messaggio viene dal dominio indicato in From e che nessuno l’ha modificato per strada. Gmail, Yahoo, Outlook.com e iCloud la vogliono da chi spedisce molto.
    .fix = Attiva DKIM nel tuo server di posta o presso il tuo fornitore: crea una coppia di chiavi e mostra il record da pubblicare. Nome e forma sono qui sotto; PUBLIC-KEY sta per il testo lungo che ti mostra il fornitore, e «mail» per il selettore che usa.
dkim-unaligned = La firma valida è di { $domain }, non di { $author }
    .why = DKIM dimostra il dominio che firma, e qui non è quello del From. Giova a { $domain }, ma non al nome che vedono i tuoi lettori.
    .fix = Fai in modo che la firma sia di { $author }. Nei servizi che spediscono per te la voce si chiama di solito «dominio personalizzato» o «autenticazione del dominio», e mostra i record da pubblicare.
dkim-also-signed = Firmato anche da { $domain }
    .why = I servizi di invio spesso firmano anche a nome proprio. Non fa danno: la firma che conta è quella di { $author }.
dkim-alignment-not-determined = Non si sa se la firma di { $domain } valga per { $author }: il DNS non ha risposto
    .why = La firma è valida. Se i due domini vanno insieme lo dicono i loro record DMARC, e uno non si è potuto leggere. Può essere un guasto passeggero, quindi non toglie punti. Riprova fra qualche minuto.
dkim-result-temperror = Una firma DKIM non si è potuta verificare: il DNS non ha risposto
    .why = Non è stato possibile leggere la chiave { $name }. Può essere un guasto passeggero, quindi non togliamo punti. Riprova fra qualche minuto.
dkim-fail-body-hash = La firma DKIM di { $domain } non corrisponde: il corpo è stato modificato
    .why = Il testo arrivato non è quello firmato. Di solito qualcosa, dopo la firma, ha aggiunto un piè di pagina, spezzato le righe in modo diverso o cambiato la codifica.
    .fix = Firma per ultimo: DKIM deve essere l’ultimo passo, dopo piè di pagina, antivirus e gateway. Tieni le righe sotto i 990 byte e spedisci il testo a 8 bit come quoted-printable o base64.
dkim-fail-signature = La firma DKIM di { $domain } non corrisponde all’header
    .why = Il corpo è quello firmato, ma un campo firmato dell’header è stato modificato dopo, oppure la chiave pubblicata non è quella che ha firmato.
    .fix = Confronta la chiave { $name } con quella che usa il tuo server per firmare. Se sono uguali, cerca che cosa riscrive Subject, To o altri campi dopo la firma.
dkim-key-missing = La chiave DKIM { $name } non esiste
    .why = Il messaggio è firmato, ma chi riceve non trova la chiave per verificarlo, e lo tratta come non firmato.
    .fix = Pubblica la chiave con quel nome. PUBLIC-KEY sta per il testo che mostra il tuo server di posta o il fornitore.
dkim-key-revoked = La chiave DKIM { $name } è stata revocata
    .why = Un p= vuoto dice che questa chiave non va più usata, eppure il messaggio è firmato con quella.
    .fix = Firma con il selettore in uso oggi, oppure pubblica di nuovo la chiave.
dkim-key-unusable = Il record della chiave DKIM { $name } è inutilizzabile
    .why = Chi riceve non riesce a ricavarne una chiave e tratta il messaggio come non firmato. Spesso una parte della chiave si è persa nel copia e incolla.
    .fix = Pubblica di nuovo il record così come lo mostra il tuo server di posta o il fornitore, su una riga sola e completo.
dkim-key-too-short = La chiave DKIM di { $domain } ha solo { $bits } bit
    .why = Le chiavi sotto i 1024 bit si possono violare, quindi chi riceve non deve accettarle. Il messaggio vale come non firmato.
    .fix = Crea una nuova coppia di chiavi da 2048 bit con un nuovo selettore, pubblicala e usala per firmare.
dkim-key-disallows = La chiave DKIM { $name } vieta { $algorithm }
    .why = Il record limita l’uso della chiave, e questa firma non rientra nei limiti. Chi riceve la considera non valida.
    .fix = Togli dal record il tag che limita (h=, k= o s=), oppure firma come dice il record.
dkim-algorithm-retired = La firma usa { $algorithm }, ormai ritirato
    .why = SHA-1 è stato violato; dal 2018 chi riceve non deve accettare queste firme. Il messaggio vale come non firmato.
    .fix = Imposta rsa-sha256 nel programma che firma (o nelle impostazioni DKIM del tuo fornitore). La chiave pubblicata può restare com’è.
dkim-algorithm-unknown = La firma usa un algoritmo sconosciuto: { $algorithm }
    .why = Chi riceve conosce rsa-sha256 e, in parte, ed25519-sha256. Tutto il resto vale come nessuna firma.
    .fix = Imposta rsa-sha256 nel programma che firma (o nelle impostazioni DKIM del tuo fornitore).
dkim-from-not-signed = La firma di { $domain } non copre il From
    .why = Il From è l’unico campo che deve essere firmato. Senza, la firma non è valida.
    .fix = Aggiungi From all’elenco dei campi che il programma di firma copre (SignHeaders in OpenDKIM, sign_headers in Rspamd).
dkim-identity-mismatch = L’i= della firma non appartiene a { $domain }
    .why = L’identità in i= deve stare nel dominio d= che firma, o in un suo sottodominio. Altrimenti la firma non è valida.
    .fix = Togli i= dalle impostazioni del programma che firma, oppure mettici un indirizzo di { $domain }.
dkim-expired = La firma DKIM di { $domain } è scaduta
    .why = Il suo x= è nel passato, quindi chi riceve può ignorarla. Il messaggio è rimasto in viaggio troppo a lungo, o l’orologio di chi firma è sbagliato.
    .fix = Controlla l’orologio del server che firma, e fai durare le firme almeno una settimana, oppure elimina x=.
dkim-unparsable = Un campo DKIM-Signature non si può leggere
    .why = Non rispetta la grammatica, quindi chi riceve lo salta.
    .fix = Controlla quale programma ha scritto il campo, e se qualcosa lungo il percorso lo spezza o lo accorcia.
dkim-key-short = La chiave DKIM ha { $bits } bit; oggi la misura giusta è 2048
    .why = { $bits } bit sono ancora accettati, ma alla portata di chi ha molti mezzi per attaccare.
    .fix = Crea una chiave da 2048 bit con un nuovo selettore, pubblicala con il nuovo nome, usala per firmare, e dopo qualche giorno revoca { $name }.
dkim-body-length = La firma { $length ->
        [0] non copre niente del corpo
        [one] copre solo il primo byte del corpo
       *[other] copre solo i primi { $length } byte del corpo
    }
    .why = Con l=, chiunque può aggiungere testo sotto il tuo messaggio e la firma resta valida. Di questo corpo sono arrivati { $body } byte. Qualcuno ignora queste firme.
    .fix = Disattiva il limite sulla lunghezza del corpo (l=) nel programma che firma (BodyLengthDB in OpenDKIM).
dkim-key-testing = La chiave DKIM { $name } si dichiara di prova
    .why = Con t=y, chi riceve può trattare il messaggio come se non fosse firmato.
    .fix = Togli il flag y dal record quando la firma funziona. Funziona già: questa firma risulta valida.
dkim-expires-soon = La firma DKIM scade fra { $hours ->
        [0] meno di un’ora
        [one] un’ora
       *[other] { $hours } ore
    }
    .why = Un messaggio che aspetta in coda, o inoltrato domani, arriva con una firma non più valida.
    .fix = Fai durare le firme una settimana, oppure ometti x=.
dkim-fields-unsigned = La firma lascia fuori: { $fields }
    .why = Qualcuno lungo il percorso potrebbe cambiare questi campi senza che si noti.
    .fix = Aggiungili all’elenco dei campi che il programma di firma copre (SignHeaders in OpenDKIM, sign_headers in Rspamd).
dkim-fields-oversigned = La firma protegge da campi aggiunti: { $fields }
    .why = Questi campi sono firmati una volta in più di quante compaiono, quindi nessuno può aggiungerne un altro.
dkim-selector-test = Il selettore { $selector } sembra di prova
    .why = Le chiavi nate per una prova spesso vengono dimenticate, o cambiate senza avviso. Se è solo un nome, va tutto bene.
    .fix = Se questa chiave era per una prova, creane una definitiva prima che altri ci facciano affidamento.
dkim-ed25519-only = L’unica firma valida è Ed25519
    .why = Molti grandi provider non sanno ancora verificare Ed25519 e vedono un messaggio non firmato.
    .fix = Aggiungi una seconda firma con una chiave RSA da 2048 bit.
dkim-fail-body-cut = Il corpo è più corto di quanto dice la firma di { $domain }
    .why = La firma copre più byte (l=) di quelli arrivati: il messaggio è stato accorciato, o riscritto, dopo la firma.
    .fix = Cerca un gateway che toglie o riscrive parti del corpo, e fallo lavorare prima della firma. Disattiva l=.
dkim-key-several = Ci sono più chiavi DKIM in { $name }
    .why = Con questo nome deve esserci un solo record; se sono di più, ognuno ne sceglie uno diverso, e la firma risulta valida solo per caso.
    .fix = Cancella i record vecchi di { $name } e lascia quello con cui firma il tuo server.
dkim-in-future = La firma di { $domain } è datata nel futuro
    .why = Il suo t= è più avanti dell’ora di ricezione, quindi qualcuno la ignora. L’orologio di chi firma va avanti.
    .fix = Regola l’orologio del server che firma, meglio se con NTP.
dkim-not-verified = Una firma di { $domain } non è stata verificata: il messaggio ne ha troppe
    .why = Molti verificano solo le prime, dall’alto. Per questa non togliamo punti.
