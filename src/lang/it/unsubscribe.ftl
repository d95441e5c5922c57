purpose-message-detected = { $purpose ->
        [bulk] Sembra un invio a molti destinatari
        [transactional] Sembra un messaggio automatico a una persona
       *[personal] Sembra un messaggio personale
    }
    .why = { $reason ->
        [list_unsubscribe] Ha il campo List-Unsubscribe.
        [list_post] È un messaggio a una lista di discussione: l’ha scritto una persona.
        [list_id] Ha il campo List-Id.
        [precedence] Dichiara Precedence: bulk oppure list.
        [esp] Porta i segni di un servizio di newsletter.
        [body_unsubscribe] Nel testo offre un modo per disiscriversi.
        [null_reverse_path] Il return path è vuoto, come nei rimbalzi e negli avvisi automatici.
        [report] È un rapporto di consegna.
        [calendar] È un invito del calendario.
        [auto_submitted] Dichiara di essere stato spedito in automatico.
        [automatic_sender] Il mittente è un indirizzo automatico.
        [transaction] L’oggetto parla di un ordine, un account, un codice o un pagamento.
        [chosen] L’hai scelto tu.
       *[plain] Nulla lo indica come newsletter o come messaggio automatico.
    } Alcune regole valgono solo per gli invii in massa, quindi da questo dipende che cosa si controlla. Se abbiamo sbagliato, scegli tu lo scopo.
unsubscribe-header-unneeded = { $purpose ->
        [transactional] Ai messaggi automatici per una sola persona non serve List-Unsubscribe
       *[personal] Ai messaggi personali non serve List-Unsubscribe
    }
unsubscribe-header-missing = Questa newsletter non ha il campo List-Unsubscribe
    .why = Gmail e Yahoo chiedono la disiscrizione con un clic a chiunque spedisca a molti. Chi non trova un’uscita facile preme «spam».
    .fix = Aggiungi le due righe, con un tuo indirizzo che risponda a una richiesta POST, e firmale con DKIM.
unsubscribe-header-syntax = In List-Unsubscribe non c’è un indirizzo tra parentesi angolari
    .why = I programmi trovano l’indirizzo solo tra < e >: così il pulsante per disiscriversi non appare.
    .fix = Scrivi gli indirizzi tra parentesi angolari, separati da una virgola.
unsubscribe-header-repeated = { $name } compare { $count ->
        [2] due volte
       *[other] { $count } volte
    }
    .why = Può esserci una volta sola. Ogni programma prende il primo, l’ultimo o nessuno: il pulsante per disiscriversi può portare nel posto sbagliato, o mancare.
    .fix = Lascia un solo campo { $name }. Se il servizio di invio aggiunge il suo, togli il tuo; più indirizzi vanno nello stesso List-Unsubscribe, separati da virgole.
unsubscribe-one-click-missing = Per disiscriversi serve più di un clic
    .why = C’è List-Unsubscribe, ma manca List-Unsubscribe-Post. Gmail e Yahoo li chiedono entrambi a chi spedisce a molti.
    .fix = Aggiungi la riga e fai in modo che l’indirizzo https disiscriva subito quando riceve una richiesta POST.
unsubscribe-one-click-syntax = List-Unsubscribe-Post ha un valore sbagliato
    .why = Solo le parole esatte della RFC 8058 attivano la disiscrizione con un clic.
    .fix = Scrivi esattamente questa riga.
unsubscribe-one-click-https = Per la disiscrizione con un clic serve un indirizzo https
    .why = In List-Unsubscribe non c’è un indirizzo https, quindi il clic non sa dove andare.
    .fix = Aggiungi un indirizzo https che disiscriva quando riceve una richiesta POST.
unsubscribe-one-click-unsigned = Nessuna firma DKIM valida copre i campi di disiscrizione
    .why = I provider usano la disiscrizione con un clic solo se una firma valida copre List-Unsubscribe e List-Unsubscribe-Post. Altrimenti chiunque potrebbe averli aggiunti.
    .fix = Aggiungi i due nomi ai campi firmati con DKIM (h=; SignHeaders in OpenDKIM, sign_headers in Rspamd). Se firma per te un servizio di invio, chiedilo a lui.
unsubscribe-one-click-unknown = Non è stato possibile sapere se i campi di disiscrizione sono firmati
    .why = La chiave DKIM non si è potuta leggere. Non viene tolto nulla.
unsubscribe-one-click-good = La disiscrizione con un clic è impostata bene, e firmata
unsubscribe-link-missing = Nel testo non si vede un link per disiscriversi
    .why = Gmail, Yahoo e Apple chiedono un link visibile nel testo delle newsletter, e così la legge di molti paesi.
    .fix = In fondo al testo metti un link con la parola «disiscriviti», sia nell’HTML sia nel testo semplice.
unsubscribe-link-unknown = Non è stato possibile capire se nel testo c’è un link per disiscriversi
    .why = Nel testo ci sono dei link, ma è in una lingua di cui non conosciamo le parole per disiscriversi, oppure non si è potuto leggere per intero. Non togliamo nulla. Gmail, Yahoo e Apple chiedono un link visibile nel testo delle newsletter: controlla che ci sia.
unsubscribe-link-good = Nel testo c’è un link per disiscriversi
