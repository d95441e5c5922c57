# Le sonde pubbliche: pagine, righe e risposta per email. `probe-tag-<codice>` è un'etichetta detta in parole.

probe-others = Le sonde
probe-title-spf = Sonda SPF
probe-title-dkim = Sonda DKIM
probe-title-dmarc = Sonda DMARC
probe-lead-spf = Scrivi a questo indirizzo dal server che vuoi provare. In un secondo l’esito SPF è qui.
probe-lead-dkim = Scrivi a questo indirizzo dal server che vuoi provare. In un secondo l’esito della firma è qui.
probe-lead-dmarc = Scrivi a questo indirizzo dal server che vuoi provare. In un secondo l’esito DMARC è qui.
probe-address-label = L’indirizzo, sempre aperto
probe-send-spf = Va bene qualsiasi messaggio. Contano il server che lo consegna, il return path (MAIL FROM) e il dominio in From.
probe-send-dkim = Va bene qualsiasi messaggio, purché faccia la strada che la tua posta fa di solito: la firma si aggiunge lì.
probe-send-dmarc = Va bene qualsiasi messaggio. Contano il dominio in From e se SPF o DKIM passa proprio per quel dominio.
probe-results = Ultimi risultati
probe-results-word = Ultimi risultati per la parola «{ $word }»
probe-kept = Pubblici, dal più recente, conservati per 24 ore. Niente indirizzi email, oggetti o contenuti.
probe-kept-word = Li vede chi conosce la parola; dal più recente, conservati per 24 ore. Niente indirizzi email, oggetti o contenuti.
probe-watching = I nuovi risultati appaiono da soli.
probe-empty = Niente nelle ultime 24 ore. Scrivi all’indirizzo qui sopra: il risultato appare qui.
probe-no-domain = nessun dominio
probe-several-domains = più d’uno; si può garantire per uno solo
probe-unknown = non noto
probe-flood = { $count } messaggi in poco tempo, raccolti in una riga.

## Una lista propria

probe-word-title = Una lista tutta tua
probe-word-text = Metti una parola dopo un più, come in `{ $address }`: il risultato appare solo nella lista di quella parola, non qui.
probe-word-label = La tua parola
probe-word-example = parola
probe-word-go = Apri la sua lista
probe-word-rule = Una parola è fatta di lettere senza accento, cifre e trattini: al massimo 40 caratteri.
probe-word-secret = Una parola è un segreto debole: chi la indovina legge la lista. Per una prova riservata usa un indirizzo monouso.

## Allineamento

probe-tags-title = Che cosa dicono le etichette
probe-align-title = I nomi coincidono?
probe-align-text = Chi legge vede il dominio in `From`. SPF garantisce per il dominio del return path, DKIM per quello che firma (`d=`). Provano chi ha scritto solo se il loro nome coincide con `From`.
probe-align-relaxed = Relaxed, la regola consueta: deve essere la stessa organizzazione. `mail.abc.it` e `abc.it` coincidono; `abc.mail.it` e `abc.it` no.
probe-align-strict = Strict, dove il record DMARC lo chiede (`aspf=s`, `adkim=s`): i nomi devono essere identici. Le etichette usano la regola relaxed; accanto si vede anche strict.
probe-align-no-from = From non indica un solo dominio, quindi non c’è niente da confrontare.
probe-relaxed-yes = Relaxed: `{ $domain }` e `{ $from }` coincidono, sono entrambi di `{ $organization }`.
probe-relaxed-no = Relaxed: `{ $domain }` e `{ $from }` non coincidono, sono di organizzazioni diverse.
probe-relaxed-unknown = Relaxed: non si sa. Manca la risposta DNS che direbbe se `{ $domain }` è di `{ $organization }`.
probe-strict-yes = Strict: coincidono, il nome è identico.
probe-strict-no = Strict: non coincidono, `{ $domain }` non è esattamente `{ $from }`.
probe-strict-unknown = Strict: non si sa.
probe-organization-walk = Il dominio dell’organizzazione è { $organization }, trovato cercando i record DMARC da From verso l’alto (RFC 9989).
probe-organization-psl = Il dominio dell’organizzazione è { $organization }, secondo la public suffix list: nessun record DMARC lo dice.
probe-organization-unknown = Il dominio dell’organizzazione non si sa: il DNS non ha risposto.

## Prove

probe-fact-from = Dominio in From
probe-fact-mail-from = Dominio del return path
probe-fact-policy = Policy che si applica
probe-policy-testing = segnata come prova (`t=y`)
probe-policy-none = nessuna pubblicata
probe-policy-several = ci sono più record, quindi non ne vale nessuno
probe-policy-unusable = il record c’è, ma non se ne ricava una policy
probe-fact-vouching = Passa e coincide con From
probe-vouching-both = SPF e DKIM
probe-vouching-spf = SPF, non DKIM
probe-vouching-dkim = DKIM, non SPF
probe-vouching-neither = né SPF né DKIM
probe-vouching-unknown = non si sa: qualcosa non si è potuto verificare
probe-lines-title = Come righe di header
probe-lines-copy = Copia la riga
probe-evidence-title = Le prove
probe-evidence-privacy = Il messaggio è stato cancellato appena giudicato. La parte dell’indirizzo del mittente prima della @ non si mostra mai.
probe-back = Tutti i risultati
probe-privacy-title = Che cosa vedono tutti
probe-privacy-text = Ora, domini, indirizzo del client, suo nome nell’HELO, e l’esito con ciò che lo prova. Il messaggio è cancellato appena giudicato, l’esito dopo 24 ore. Oggetto, contenuto e parte prima della @ non si mostrano mai.

## La risposta per email

probe-mail-more = Tutte le prove, per 24 ore:
probe-mail-why = Ricevi questo messaggio perché dal tuo indirizzo è arrivata un’email a un indirizzo pubblico di prova. Al massimo uno all’ora; nessuno legge le risposte.

## Etichette

probe-tag-spf-pass = SPF passa, e il suo dominio coincide con From.
probe-tag-spf-pass-nearly = SPF passa per un dominio diverso da quello in From, ma DKIM coincide con From: basta così.
    .fix = Non c’è niente da cambiare. Se il tuo servizio di posta permette un return path sotto il tuo dominio, coinciderebbe anche SPF.
probe-tag-spf-diff = SPF passa, ma il suo dominio non coincide con From, e DKIM non rimedia.
    .fix = Usa un return path (MAIL FROM) sotto il dominio di From, oppure firma con DKIM come dominio di From. Molti servizi lo chiamano dominio personalizzato per il return path o per i bounce.
probe-tag-spf-diff-no-author = SPF passa, ma From non indica un solo dominio per cui possa garantire.
    .fix = Scrivi un solo campo From, con indirizzi di un solo dominio. Così com’è DMARC non si può applicare, qualunque cosa dicano SPF e DKIM.
probe-tag-spf-fail = Secondo SPF questo server non può spedire per il dominio del return path.
    .fix = Se il server è tuo, aggiungi il suo indirizzo al record SPF del dominio: `ip4:` o `ip6:` con l’indirizzo qui sopra, o l’`include:` indicato dal tuo servizio di posta.
probe-tag-spf-softfail = Secondo SPF questo server probabilmente non può spedire per il dominio del return path (`~all`).
    .fix = Se il server è tuo, aggiungi il suo indirizzo al record SPF del dominio: `ip4:` o `ip6:` con l’indirizzo qui sopra, o l’`include:` indicato dal tuo servizio di posta.
probe-tag-spf-neutral = Il record SPF non dice né sì né no su questo server (`?all`, o nessun `all` alla fine).
    .fix = Aggiungi al record l’indirizzo del server e chiudilo con `-all` o `~all`.
probe-tag-spf-none = Il dominio del return path non ha un record SPF.
    .fix = Pubblicane uno come record TXT, per esempio `v=spf1 ip4:… -all` con gli indirizzi che spediscono per te.
probe-tag-spf-permerror = Il record SPF non si può valutare: è sbagliato, richiede più di dieci interrogazioni DNS, o chiede troppi nomi che non esistono.
    .fix = Le prove indicano il punto. Finché non è corretto, per chi riceve è come se SPF non ci fosse.
probe-tag-spf-temperror = Al momento SPF non si è potuto valutare: mancava una risposta DNS. Non dice nulla sul mittente.
    .fix = Spedisci di nuovo il messaggio. Se continua, controlla che tutti i name server del dominio rispondano.
probe-tag-dkim-pass = Una firma DKIM passa, e il suo dominio coincide con From.
probe-tag-dkim-pass-nearly = La firma passa per un dominio diverso da quello in From, ma SPF coincide con From: basta così.
    .fix = Non c’è niente da cambiare. Una firma del dominio di From resisterebbe anche agli inoltri, SPF no.
probe-tag-dkim-diff = La firma passa, ma il suo dominio non coincide con From, e SPF non rimedia.
    .fix = Fai firmare il tuo servizio di posta con il dominio di From (`d=`): ti dà il record della chiave da pubblicare.
probe-tag-dkim-diff-no-author = La firma passa, ma From non indica un solo dominio per cui possa garantire.
    .fix = Scrivi un solo campo From, con indirizzi di un solo dominio. Così com’è DMARC non si può applicare, qualunque cosa dicano SPF e DKIM.
probe-tag-dkim-fail = La firma è ben fatta, ma il messaggio non è più quello firmato.
    .fix = Qualcosa cambia il messaggio dopo la firma: un piè di pagina, un gateway, una mailing list. Firma per ultimo. Oppure la chiave pubblicata non è quella della chiave privata.
probe-tag-dkim-none = Il messaggio non ha una firma DKIM.
    .fix = Attiva DKIM nel tuo server o servizio di posta e pubblica il record della chiave che ti mostra.
probe-tag-dkim-invalid = La firma o la sua chiave non è utilizzabile: chiave assente o revocata, sintassi errata, algoritmo abbandonato.
    .fix = Le prove dicono quale. Il più delle volte manca il record della chiave in `<selettore>._domainkey.<dominio>`.
probe-tag-dkim-temperror = La firma non è stata verificata: mancava una risposta DNS, o troppe firme la precedono. Non dice nulla sul mittente.
    .fix = Spedisci di nuovo il messaggio. Se continua, controlla che tutti i name server del dominio rispondano e che il messaggio non porti più di dieci firme.
probe-tag-dmarc-pass = DMARC passa: SPF o DKIM garantisce per il dominio in From.
probe-tag-dmarc-fail = DMARC non passa: né SPF né DKIM garantisce per il dominio in From.
    .fix = Fa’ in modo che almeno uno passi per il dominio di From. I nomi qui sotto mostrano che cosa manca.
probe-tag-dmarc-none = DMARC non si applica: il dominio in From non ha un record, o in From non c’è un dominio solo.
    .fix = Pubblica un record TXT in `_dmarc.` seguito dal tuo dominio. `v=DMARC1; p=none; rua=mailto:…` osserva e riferisce soltanto.
probe-tag-dmarc-permerror = DMARC non si è potuto valutare: il record è sbagliato, o ce n’è più di uno.
    .fix = Le prove dicono che cosa non va, e che cosa pubblicare al suo posto.
probe-tag-dmarc-temperror = Al momento DMARC non si è potuto valutare: mancava una risposta DNS. Non dice nulla sul mittente.
    .fix = Spedisci di nuovo il messaggio. Se continua, controlla che tutti i name server del dominio rispondano.
