# Parole del rapporto che non appartengono a un solo controllo.
section-authentication = Autenticazione
section-server = Server di invio
section-blocklists = Block list
section-format = Formato del messaggio
section-content = Contenuto
section-links = Link
section-spam = Filtri antispam

verdict-perfect = Niente da correggere: tutti i controlli che si potevano fare sono a posto.
verdict-suggestions = { $count ->
    [one] Niente toglie punti. Qui sotto c’è un suggerimento per fare ancora meglio.
   *[other] Niente toglie punti. Qui sotto ci sono { $count } suggerimenti per fare ancora meglio.
 }
verdict-good = Bene. Una cosa salta all’occhio: { $cause }.
verdict-fair = Discreto: può arrivare a destinazione, ma va sistemato. Prima di tutto: { $cause }.
verdict-weak = Debole: alcuni provider lo metteranno nello spam. Prima di tutto: { $cause }.
verdict-poor = Male: molti provider lo rifiuteranno o lo metteranno nello spam. Prima di tutto: { $cause }.
verdict-unknown = Non abbiamo trovato errori, ma si è potuto controllare troppo poco per dire di più: qui sotto c’è che cosa manca.
verdict-good-but = Bene, ma { $providers } { $count ->
    [one] chiede
   *[other] chiedono
 } di più { $bulk ->
    [yes] a chi spedisce newsletter
   *[no] a chiunque spedisca
 }: { $cause }.
verdict-fair-but = Discreto, ma { $providers } { $count ->
    [one] chiede
   *[other] chiedono
 } di più { $bulk ->
    [yes] a chi spedisce newsletter
   *[no] a chiunque spedisca
 }: { $cause }.
verdict-names = { $most } e { $last }
verdict-refused-by = Almeno un grande provider rifiuterebbe questo messaggio (regola di { $providers }): { $cause }.
verdict-refused = Almeno un grande provider rifiuterebbe questo messaggio: { $cause }.

report-row-emptied = Costerebbe { $asked } punti, ma non si può togliere altro: il suo gruppo, o l’intero punteggio, ha già perso il massimo.
report-row-capped = Costerebbe { $asked } punti; ne toglie { $points }, perché il suo gruppo, o l’intero punteggio, ha perso il massimo.

why-not-given = nessuno l’ha detto
why-not-configured = non attivo su questo servizio
why-timed-out = nessuna risposta in tempo
why-failed = non riuscito: { $detail }
why-not-applicable = qui non si applica

report-not-determined = { $count ->
    [one] Un controllo non è stato possibile: non toglie punti.
   *[other] { $count } controlli non sono stati possibili: non tolgono punti.
}
report-refused = Almeno un grande provider dichiara di rifiutare messaggi così: finché non si rimedia, il punteggio si ferma a 4,9.
