attachments-program-found = È allegato un programma: { $name }
    .why = Gmail, Outlook e quasi tutti gli altri rifiutano i messaggi con programmi o script, anche dentro un archivio.
    .fix = Metti il file su un server web e invia un link.
attachments-program-disguised = È allegato un programma con il nome di un documento: { $name }
    .why = La doppia estensione nasconde che cosa sia il file. È così che viaggia il malware, e quasi tutti lo rifiutano.
    .fix = Non inviare questo file. Se doveva essere un documento, dagli una sola estensione, quella vera.
attachments-macros-found = È allegato un file Office con macro: { $name }
    .why = Da decenni questi file portano malware: molte aziende li eliminano, e Office blocca le macro che arrivano da Internet.
    .fix = Invia il file senza macro (.docx, .xlsx, .pptx) oppure in PDF.
attachments-macros-possible = È allegato un file Office nel formato precedente al 2007: { $name }
    .why = I vecchi formati possono contenere macro senza mostrarlo, perciò alcuni filtri li trattengono.
    .fix = Salvalo come .docx, .xlsx, .pptx o PDF.
attachments-page-found = È allegata una pagina web: { $name }
    .why = Gli allegati HTML e SVG servono spesso a travestire finte pagine di accesso, perciò molte aziende li trattengono o li eliminano.
    .fix = Invia un PDF, oppure metti la pagina sul tuo sito e manda un link.
attachments-archive-locked = È allegato un archivio con password: { $name }
    .why = Gli antivirus non possono guardarci dentro, perciò Gmail e molte aziende lo rifiutano o lo trattengono.
    .fix = Invia il file senza password, oppure condividilo con un link che la chieda.
attachments-type-differs = Un allegato non è quello che dice: { $name }
    .why = È dichiarato come { $declared }, ma il contenuto è { $real }. I programmi possono non aprirlo e gli antivirus se ne accorgono.
    .fix = Scrivi { $real } nel Content-Type dell’allegato; una libreria di posta lo ricava dal file.
attachments-name-missing = Un allegato non ha nome
    .why = Chi legge vede «noname» o «attachment.bin» e fatica ad aprirlo.
    .fix = Dai un nome al file quando il programma lo allega; nel messaggio è filename= in Content-Disposition.
attachments-size-large = Il messaggio pesa in tutto { $megabytes } MB
    .why = Molti server non accettano più di 10 MB, alcuni 25. I messaggi più grandi tornano indietro.
    .fix = Condividi i file grandi con un link.
attachments-all-good = { $count ->
        [one] L’allegato è di un tipo innocuo
       *[other] I { $count } allegati sono di tipi innocui
    }
attachments-all-none = Nessun allegato
