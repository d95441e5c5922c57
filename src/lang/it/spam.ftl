# Altri pareri: SpamAssassin e Rspamd.
spam-assassin-rule = SpamAssassin: { $description }
    .why = La sua regola { $rule } dà { $score } punti verso lo spam. Molti server usano queste regole, o altre molto simili.
    .fix = Correggi ciò che la regola segnala e rifai la prova. Se la descrizione dice troppo poco, cerca { $rule } sul web.
spam-assassin-ham = Per SpamAssassin va bene: { $score } punti, lo spam comincia a { $required }
spam-assassin-spam = Per SpamAssassin è spam: { $score } punti, lo spam comincia a { $required }
    .why = La somma è quella di SpamAssassin. Qui togliamo solo i punti delle regole che non ripetono gli altri nostri controlli, una per una.
spam-assassin-shown = { $count ->
        [one] Una regola di SpamAssassin è mostrata, non sommata
       *[other] { $count } regole di SpamAssassin sono mostrate, non sommate
    }
    .why = Mostriamo senza sommarle le regole che ripetono ciò che questo rapporto ha già giudicato, quelle che non danno punti e quelle che parlano a tuo favore.
spam-assassin-not-determined = SpamAssassin non ha risposto
    .why = Qui è configurato, ma questa volta non è stato possibile interrogarlo. Non togliamo punti.
spam-assassin-off = SpamAssassin non è stato interrogato
    .why = Chi gestisce questo servizio non lo ha configurato. Si attiva con --spamd HOST:PORTA.
spam-rspamd-rule = Rspamd: { $description }
    .why = Il suo simbolo { $rule } dà { $score } punti verso lo spam. Li togliamo sulla scala di SpamAssassin.
    .fix = Correggi ciò che il simbolo segnala e rifai la prova. Se la descrizione dice troppo poco, cerca { $rule } sul web.
spam-rspamd-ham = Per Rspamd passa: { $score } punti, rifiuta da { $required } (azione: { $action })
spam-rspamd-spam = { $verdict ->
        [marks] Rspamd lo segnerebbe come spam: { $score } punti, rifiuta da { $required } (azione: { $action })
       *[refuses] Rspamd lo rifiuterebbe: { $score } punti, il limite è { $required } (azione: { $action })
    }
    .why = La somma è quella di Rspamd e comprende ciò che questo rapporto giudica altrove.
spam-rspamd-shown = { $count ->
        [one] Un simbolo di Rspamd è mostrato, non sommato
       *[other] { $count } simboli di Rspamd sono mostrati, non sommati
    }
    .why = Mostriamo senza sommarli i simboli che ripetono ciò che questo rapporto ha già giudicato e quelli che non danno punti; se c’è SpamAssassin tutti, perché contano i suoi punti.
spam-rspamd-not-determined = Rspamd non ha risposto
    .why = Qui è configurato, ma questa volta non è stato possibile interrogarlo. Non togliamo punti.
spam-rspamd-off = Rspamd non è stato interrogato
    .why = Chi gestisce questo servizio non lo ha configurato. Si attiva con --rspamd URL.

# Perché un filtro non ha risposto.
spam-why-timeout = Nessuna risposta in tempo.
spam-why-bad-answer = Ciò che ha risposto non è una risposta utilizzabile.
spam-why-cut-off = La risposta si è interrotta a metà.
spam-why-no-score = La risposta non contiene un punteggio.
spam-why-too-large = La risposta è troppo lunga.
spam-why-skipped = Ha saltato il messaggio.
