lines-length-exceeded = { $count ->
        [one] Una riga supera i 998 caratteri: { $longest }
       *[other] { $count } righe superano i 998 caratteri; la più lunga ne ha { $longest }
    }
    .why = I server possono spezzare o rifiutare righe così. Se una riga viene spezzata, la firma DKIM non corrisponde più e il testo può rovinarsi.
    .fix = Fai inviare la parte in quoted-printable o base64 (quasi tutte le librerie di posta hanno un’impostazione per la codifica di trasferimento): entrambe tengono le righe entro 76 caratteri.
lines-length-near = { $count ->
        [one] Una riga è vicina al limite di 998 caratteri: { $longest }
       *[other] { $count } righe sono vicine al limite di 998 caratteri; la più lunga ne ha { $longest }
    }
    .why = Alcuni relay spezzano le righe oltre i 990 caratteri, e questo rompe le firme DKIM.
    .fix = Invia la parte in quoted-printable o base64.
lines-ending-bare-lf = { $count ->
        [one] Una riga finisce con LF senza CR
       *[other] { $count } righe finiscono con LF senza CR
    }
    .why = In SMTP ogni riga finisce con due caratteri, CR e LF; il solo LF è la fine riga dei file Unix. Molti server ormai rifiutano il solo LF, perché serve a far passare messaggi di nascosto; altri lo correggono e rompono la firma DKIM.
    .fix = Fai scrivere al programma CR LF (\r\n in quasi tutti i linguaggi) alla fine di ogni riga, prima di firmare e spedire.
lines-ending-bare-cr = { $count ->
        [one] Un CR è da solo
       *[other] { $count } CR sono da soli
    }
    .why = CR può stare solo prima di LF. I programmi non concordano su dove finisca la riga, e i server possono rifiutare o modificare il messaggio.
    .fix = Togli i CR isolati, oppure scrivi CR LF.
lines-ending-unknown = Non si sa come finivano le righe durante l’invio
    .why = Questo file è stato salvato con le righe che finiscono come in Unix, quindi non mostra che cosa è stato spedito. Non viene tolto nulla.
lines-nul-used = { $count ->
        [one] Il messaggio contiene un carattere NUL
       *[other] Il messaggio contiene { $count } caratteri NUL
    }
    .why = NUL non è ammesso nella posta. I server rifiutano il messaggio o lo tagliano in quel punto.
    .fix = Invia i dati binari come allegato in base64, e il testo senza NUL.
lines-all-good = Lunghezza e fine delle righe sono a posto
