content-body-empty = Il messaggio è vuoto
    .why = Non c’è testo e non ci sono allegati. I filtri scambiano questi messaggi per prove degli spammer.
    .fix = Scrivi di che cosa si tratta. Se l’avevi fatto, l’ha perso il programma che spedisce: guarda il suo log o le impostazioni.
content-text-missing = C’è l’HTML, ma non il testo semplice
    .why = I filtri penalizzano l’HTML senza parte testuale, e chi legge da un orologio, da un terminale o con uno screen reader resta a mani vuote.
    .fix = Invia multipart/alternative: prima text/plain con lo stesso contenuto, poi text/html.
content-text-differs = Il testo semplice non dice la stessa cosa dell’HTML
    .why = Parole dell’HTML che si trovano anche nel testo: { $percent } %. I due dovrebbero dire lo stesso: una riga come «il tuo programma non mostra l’HTML» non aiuta nessuno, e i filtri li confrontano.
    .fix = Ricava la parte testuale dall’HTML; quasi tutte le librerie di posta sanno farlo.
content-text-good = Accanto all’HTML c’è il testo semplice, e dice le stesse cose
content-html-none = Il messaggio è in testo semplice: nessun HTML da controllare
content-html-cut = Non è stato possibile leggere tutto l’HTML
    .why = Apre uno dentro l’altro più elementi di quanti i programmi ne reggano, o ne contiene troppi. Quello che abbiamo trovato vale; quello che non abbiamo trovato può essere nel resto, quindi non togliamo punti e non diciamo che va tutto bene.
    .fix = Chiudi ogni elemento che apri e togli quello che non serve; gli editor che copiano da Word lasciano molto dietro di sé.
content-html-large = L’HTML pesa { $kilobytes } kB: Gmail lo taglia
    .why = Gmail mostra i primi 102 kB e nasconde il resto, compresi il piè di pagina e il link di disiscrizione. { $styles ->
        [0] I blocchi di stile non c’entrano.
       *[other] I blocchi di stile qui occupano { $styles } kB.
    }
    .fix = Togli stili inutilizzati, commenti e spazi, e carica le immagini da un indirizzo invece di incorporarle.
content-html-share = L’HTML è quasi tutto codice: solo { $percent ->
        [0] meno dell’1 %
       *[other] { $percent } %
    } di testo
    .why = In { $kilobytes } kB di HTML c’è pochissimo da leggere. I filtri antispam confrontano le due cose, perché gli spammer si nascondono nel codice. Qui non toglie punti.
    .fix = Togli stili, commenti e tabelle vuote che non servono; gli editor che copiano da Word o da pagine web ne lasciano molti.
content-images-only = Il messaggio è fatto quasi solo di immagini
    .why = { $images ->
        [one] C’è un’immagine
       *[other] Ci sono { $images } immagini
    } e { $letters ->
        [0] nemmeno una lettera di testo
        [one] una sola lettera di testo
       *[other] solo { $letters } lettere di testo
    }. Molti all’inizio non vedono le immagini, e i filtri diffidano del testo nascosto nelle figure.
    .fix = Scrivi il messaggio come testo e usa le immagini solo come complemento.
content-images-alt = { $count ->
        [one] L’immagine non ha un testo alternativo
       *[other] { $missing ->
            [one] Un’immagine su { $count } non ha un testo alternativo
           *[other] { $missing } immagini su { $count } non hanno un testo alternativo
        }
    }
    .why = Dove le immagini sono bloccate, e per chi non vede, il testo alternativo è tutto ciò che resta.
    .fix = Dai a ogni immagine un attributo alt che dica che cosa mostra; scrivi alt="" se è solo decorativa.
content-images-size = { $count ->
        [one] L’immagine non ha larghezza o altezza
       *[other] { $missing ->
            [one] Un’immagine su { $count } non ha larghezza o altezza
           *[other] { $missing } immagini su { $count } non hanno larghezza o altezza
        }
    }
    .why = Finché le immagini non si caricano la pagina si sposta, e Outlook per Windows mostra a grandezza naturale quelle senza misure.
    .fix = Scrivi width e height in ogni elemento img.
content-images-source = { $count ->
        [one] Un’immagine non si potrà mai vedere
       *[other] { $count } immagini non si potranno mai vedere
    }
    .why = L’indirizzo è vuoto, oppure indica una parte (cid:) che nel messaggio non c’è. Chi legge vede un riquadro vuoto.
    .fix = A ogni immagine serve un indirizzo https, oppure va allegata con il Content-ID che l’HTML indica.
content-images-good = Tutte le immagini hanno un testo alternativo
content-html-dangerous = L’HTML contiene elementi che i programmi di posta eliminano: { $elements }
    .why = Script, moduli e frame nella posta non funzionano. I filtri li scambiano per un attacco e alcuni provider rifiutano il messaggio.
    .fix = Togli questi elementi. Al posto di un modulo metti un link a una pagina.
content-html-active = L’HTML cerca di eseguire qualcosa
    .why = Gestori di eventi, indirizzi javascript e ricaricamenti automatici vengono eliminati da ogni programma di posta e insospettiscono i filtri.
    .fix = Toglili. Di solito arrivano da HTML nato per pagine web.
content-html-good = L’HTML non contiene nulla che i programmi di posta eliminino per sicurezza
content-css-external = Gli stili si caricano da fuori
    .why = Quasi nessun programma di posta carica fogli di stile esterni: il messaggio si vede senza.
    .fix = Metti gli stili in un elemento style e negli attributi style.
content-css-fonts = I caratteri si caricano da fuori
    .why = Li carica solo qualche programma, come Apple Mail. Tutti gli altri mostrano il carattere successivo dell’elenco.
    .fix = In font-family indica, dopo il tuo, dei caratteri comuni e controlla come viene.
content-text-hidden = Una buona parte del testo è nascosta
    .why = { $characters } caratteri sono invisibili a chi legge. Una breve riga di anteprima in alto è normale; un lungo testo nascosto è un vecchio trucco degli spammer.
    .fix = Togli il testo che chi legge non deve vedere.
content-images-pixel = Un pixel di tracciamento conta chi apre il messaggio
    .why = È un’immagine invisibile presa da un altro server. Qui non toglie punti, ma alcuni programmi la bloccano o la caricano per tutti, così i conteggi sono sbagliati, e nell’Unione europea può servire il consenso.
content-preheader-missing = Manca una riga di anteprima
    .why = Le caselle mostrano l’inizio del testo dopo l’oggetto. Senza preheader può essere «Visualizza nel browser» o un indirizzo.
    .fix = Metti una frase in un elemento nascosto, proprio all’inizio.
content-placeholder-left = Un segnaposto non è stato sostituito: { $mark }
    .why = Chi legge vede il segno al posto del proprio nome o dei propri dati. Si capisce che l’invio è partito incompleto.
    .fix = Controlla il nome del campo nel modello e dagli un valore predefinito.
