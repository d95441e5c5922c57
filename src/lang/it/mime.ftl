mime-version-missing = Manca MIME-Version
    .why = Il messaggio usa campi MIME. Senza MIME-Version un programma può ignorarli e mostrare il codice grezzo.
    .fix = Aggiungi questo campo all’header. Le librerie di posta lo fanno da sole; se ne dimenticano i programmi che compongono il messaggio a mano.
mime-version-other = MIME-Version non è 1.0
    .why = La 1.0 è l’unica versione che esista. I programmi rigorosi ignorano i campi MIME e mostrano il codice grezzo.
    .fix = Scrivi il campo esattamente così.
mime-boundary-missing = Un messaggio multipart non è diviso in parti
    .why = Il boundary annunciato nell’header non compare nel corpo, oppure non è annunciato. Chi legge vedrà codice grezzo o niente.
    .fix = Fai costruire il messaggio a una libreria di posta e non modificare dopo né il corpo né il Content-Type.
mime-boundary-unclosed = L’ultima parte non ha il boundary di chiusura ({ $text })
    .why = Sembra che manchi la fine del messaggio. I programmi possono considerarlo troncato, e alcuni filtri lo contano.
    .fix = Chiudi l’ultima parte con il boundary seguito da due trattini.
mime-nesting-deep = Le parti sono annidate troppo in profondità
    .why = Nessuno scrive apposta un messaggio così. I filtri lo rifiutano come un attacco.
    .fix = Costruisci il messaggio con pochi livelli: mixed, alternative, related.
mime-parts-many = Il messaggio ha troppe parti
    .why = I filtri lo rifiutano come un attacco.
    .fix = Raccogli i file in un solo archivio, oppure condividili con un link.
mime-encoding-unknown = Content-Transfer-Encoding sconosciuto: { $text }
    .why = I programmi devono trattare la parte come dati illeggibili.
    .fix = In Content-Transfer-Encoding scrivi 7bit, 8bit, quoted-printable o base64, secondo com’è davvero il testo. Una libreria di posta sceglie da sola.
mime-encoding-multipart = Un multipart è dichiarato come { $text }
    .why = Si possono codificare solo le sue parti, non l’insieme. Alcuni programmi non mostreranno nulla.
    .fix = Togli il Content-Transfer-Encoding dal multipart e indicalo in ogni parte.
mime-encoding-broken = Una parte non rispetta la propria codifica
    .why = Si dichiara { $text }, ma non si decodifica senza perdite: chi legge vede un testo o un file rovinato.
    .fix = Lascia codificare la parte alla libreria di posta. Se all’invio era giusta, l’ha modificata un relay lungo la strada.
mime-encoding-eight-bit = Caratteri a 8 bit in una parte che si dice 7bit
    .why = Se non è dichiarato altro, vale 7bit. I server possono togliere o rovinare le lettere accentate, e questo rompe DKIM.
    .fix = Dichiara la parte come 8bit o, meglio, inviala in quoted-printable.
mime-charset-unknown = Charset sconosciuto: { $text }
    .why = I programmi non possono sapere quali caratteri si intendono.
    .fix = Scrivi il testo in UTF-8 e dichiara charset=utf-8.
mime-charset-broken = Il testo contiene byte che il suo charset non prevede
    .why = Chi legge vedrà caratteri sbagliati o mancanti.
    .fix = Dichiara il charset in cui il testo è scritto davvero; la scelta migliore è UTF-8 per entrambi.
mime-charset-misread = Il testo è in UTF-8, ma si dichiara { $text }
    .why = I programmi di posta si fidano della dichiarazione e mostrano «Ã¨» al posto di «è».
    .fix = Dichiara charset=utf-8 nel Content-Type di questa parte.
mime-charset-meta = L’HTML si dichiara { $claimed }, la sua parte { $declared }
    .why = I programmi di posta di solito credono al Content-Type della parte. Qualche webmail, e chi salva l’HTML, crede all’elemento meta e vede caratteri sbagliati.
    .fix = Scrivi lo stesso charset in entrambi i posti, meglio utf-8.
mime-header-eight-bit = Caratteri accentati grezzi nell’header di una parte ({ $text })
    .why = L’header di un allegato ammette solo caratteri ASCII; un nome di file come «perché.pdf» va codificato. Altrimenti arriva illeggibile, o senza nome.
    .fix = Fai scrivere il nome del file alla libreria di posta; a mano è filename*=utf-8''perch%C3%A9.pdf
mime-header-name-encoded = Il nome di un allegato è scritto in una forma che lì lo standard vieta
    .why = Una encoded word (=?…?=) non può stare nel nome di un file: per questo lo standard ha filename*. Quasi tutti i programmi la leggono, e anche Gmail e Outlook la scrivono, quindi non togliamo nulla. Un programma rigoroso mostra il codice al posto del nome.
    .fix = Se il messaggio lo costruisce un tuo programma, fai scrivere il nome alla libreria di posta; a mano è filename*=utf-8''perch%C3%A9.pdf
mime-encoding-lines = In { $text } ci sono righe di oltre 76 caratteri
    .why = Con questa codifica lo standard ne ammette 76. Quasi tutti i programmi leggono anche righe più lunghe; alcuni filtri le contano.
    .fix = Fai codificare la parte alla libreria di posta; in PHP, chunk_split() divide il base64 in righe.
mime-eight-bit-undeclared = Il corpo è a 8 bit, e il server che spedisce non l’ha dichiarato
    .why = Dalla riga { $line } il corpo contiene lettere accentate così come sono. Un server può mandarle solo se lo chiede con BODY=8BITMIME; altrimenti un relay può cambiarle, e la firma DKIM non vale più. Non togliamo punti: oggi quasi tutti i server le accettano.
    .fix = Fai mandare al programma la parte in quoted-printable o base64, oppure fai scrivere al server BODY=8BITMIME dopo MAIL FROM.
mime-structure-good = La struttura MIME è a posto
mime-structure-plain = Messaggio semplice, senza MIME
