# Un dominio senza messaggio: le sue pagine, le chiavi e i documenti dietro i record.

domain-title = Guarda un dominio
domain-lead = Che cosa pubblica un dominio per la sua posta: SPF, chiavi DKIM, DMARC, MX, policy di trasporto e block list. Senza spedire niente.
domain-wrong = Non è un nome di dominio. Scrivilo come example.org; i selettori sono fatti di lettere, cifre, trattini e punti.
domain-of = Che cosa pubblica { $domain }
domain-no-score = Qui non c’è un punteggio: se la posta arriva si vede solo da un messaggio vero. I punti accanto a una voce sono quelli che costerebbe a un messaggio.
domain-name = Dominio
domain-selector = Selettori DKIM (facoltativi)
domain-go = Guarda

domain-nonexistent = Il nome { $domain } non esiste
    .why = Lo dice il DNS: quindi non c’è niente da guardare, e nessuna posta può venirne o arrivarci.
    .fix = È scritto bene? Se sì, il nome non è registrato, è scaduto o manca nella sua zona.

dkim-published-good = Chiave { $selector }: { $kind }, { $bits } bit
    .why = Sta in { $name } e si può usare per firmare.
dkim-published-short = La chiave { $selector } ha { $bits } bit; oggi la misura è 2048
    .why = { $bits } bit sono ancora accettati, ma alla portata di chi attacca con molti mezzi.
    .fix = Crea una chiave da 2048 bit con un nuovo selettore, usala per firmare e ritira { $name } qualche giorno dopo.
dkim-published-testing = La chiave { $selector } dice di essere una prova
    .why = Con t=y chi riceve può trattare la posta che firma come non firmata.
    .fix = Togli il flag y da { $name } quando la firma funziona, come qui sotto.
dkim-published-revoked = La chiave { $selector } è stata revocata
    .why = Un p= vuoto in { $name } dice che questa chiave non si usa più: è il modo giusto di chiuderla.
dkim-published-unusable = Il record della chiave { $name } è inutilizzabile
    .why = { $fault ->
        [several] Con questo nome ce n’è più d’uno, e ogni destinatario ne sceglie uno diverso: la posta firmata con { $selector } passa solo per caso.
        [short] Ha solo { $bits } bit, e chi riceve non deve accettare chiavi sotto i 1024. La posta firmata con { $selector } vale come non firmata.
        [limited] Un suo tag (h= o s=) esclude le firme che si usano oggi. La posta firmata con { $selector } vale come non firmata.
       *[unreadable] Chi riceve non riesce a ricavarne una chiave. La posta firmata con { $selector } vale come non firmata.
    }
    .fix = { $fault ->
        [several] Lascia solo il record della chiave con cui firma il tuo server.
        [short] Crea una chiave da 2048 bit con un nuovo selettore, usala per firmare e togli questo record.
        [limited] Togli il tag che limita, se la posta si firma ancora con questa chiave.
       *[other] Pubblica di nuovo il record come lo mostra il tuo server di posta o il fornitore, oppure toglilo.
    }
dkim-published-missing = In { $name } non c’è nessuna chiave
    .why = Hai indicato questo selettore, ma il DNS non ha un record. La posta firmata così vale come non firmata.
    .fix = Pubblica la chiave che ti mostra il server di posta o il fornitore, oppure controlla come è scritto il selettore.
dkim-published-not-determined = Non si sa se in { $name } ci sia una chiave: il DNS non ha risposto
    .why = Può essere un guasto passeggero. Riprova fra qualche minuto.
dkim-published-none-known = Non si conosce nessuna chiave DKIM di { $domain }
    .why = Il DNS non sa elencare i selettori, e fra quelli comuni non ce n’è nessuno. Indica il tuo, oppure spedisci un messaggio: lo dice la firma.

mta-sts-policy-good = La policy MTA-STS di { $domain } è applicata e nomina tutti i suoi server di posta
mta-sts-policy-unreachable = Non si riesce a leggere la policy MTA-STS di { $domain }: { links-why }
    .why = Il record DNS promette una policy in { $url }. Chi spedisce e non la trova va avanti senza, quindi non protegge niente. Riguarda la posta che ricevi, non quella che mandi.
    .fix = Servi la policy esattamente a quell’indirizzo, con stato 200, un certificato valido e nessun redirect; oppure togli il record TXT _mta-sts.{ $domain }.
mta-sts-policy-invalid = La policy MTA-STS di { $domain } è inutilizzabile: «{ $missing }» manca o è sbagliato
    .why = Chi spedisce ignora una policy senza version, mode, max_age e mx. Riguarda la posta che ricevi, non quella che mandi.
    .fix = Correggi il file in { $url }: servono le righe version: STSv1, mode: (enforce, testing o none), max_age: (secondi, al massimo un anno) e un mx: per ogni server di posta.
mta-sts-policy-not-enforced = La policy MTA-STS di { $domain } è in modalità { $mode }
    .why = { $mode ->
        [none] Questa modalità ritira la policy: chi spedisce fa come se non ci fosse.
       *[testing] Così chi spedisce consegna anche quando TLS fallisce. Va bene mentre leggi i rapporti, ma non protegge ancora.
    }
    .fix = { $mode ->
        [none] Se deve proteggere, imposta mode: enforce in { $url } e cambia l’id nel record TXT _mta-sts.{ $domain }. Altrimenti togli tutti e due, passato il max_age.
       *[testing] Imposta mode: enforce in { $url } quando i rapporti TLS non mostrano errori, e cambia l’id nel record TXT _mta-sts.{ $domain }.
    }
mta-sts-mx-unlisted = La policy MTA-STS di { $domain } non nomina { $hosts }
    .why = { $mode ->
        [enforce] La modalità è enforce: chi rispetta la policy si rifiuta di consegnare a questi server.
       *[testing] La modalità è { $mode }. Quando sarà enforce, chi rispetta la policy si rifiuterà di consegnare a questi server.
    }
    .fix = Aggiungi le righe qui sotto a { $url } e cambia l’id nel record TXT _mta-sts.{ $domain }.
mta-sts-policy-not-determined = Non si è potuto stabilire se la policy MTA-STS di { $domain } c’è: { links-why }
    .why = Il record DNS la promette in { $url }. Non togliamo punti.
bimi-logo-good = Il logo BIMI di { $domain } c’è
bimi-logo-unreachable = Non si riesce a leggere il logo BIMI di { $domain }: { links-why }
    .why = Il record indica { $url }. Senza il file nessuna casella mostra un logo.
    .fix = Servi il logo a quell’indirizzo via HTTPS con stato 200, oppure correggi l= nel record.
bimi-logo-invalid = Il logo BIMI di { $domain } { $fault ->
        [svg] non è un SVG
        [profile] non dice di essere SVG Tiny PS
       *[active] contiene script, immagini o oggetti estranei
    }
    .why = Le caselle mostrano solo SVG Tiny PS: un tipo di SVG sicuro, senza script né immagini incorporate.
    .fix = { $fault ->
        [svg] Metti un file SVG Tiny PS in { $url }, oppure correggi l= nel record.
        [profile] Esporta di nuovo { $url } come SVG Tiny PS: il suo elemento svg dirà allora version="1.2" baseProfile="tiny-ps".
       *[active] Togli da { $url } gli elementi script, image e foreignObject.
    }
bimi-logo-not-determined = Non si è potuto stabilire se il logo BIMI di { $domain } c’è: { links-why }
    .why = Il record indica { $url }. Non togliamo punti.

domain-nav = Dominio
