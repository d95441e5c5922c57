# Il servizio funziona? La pagina pubblica dello stato, e quella del gestore.

operate-status-title = Stato del servizio
operate-status-ok = Il servizio funziona.
operate-status-failing = Il servizio non funziona.
operate-status-unknown = Non determinato: da un po’ nessuna prova è arrivata in fondo.
operate-status-off = Il gestore ha disattivato le prove.
operate-status-how = Il servizio si scrive da solo ogni { $every }, passando dalla propria porta SMTP, e aspetta il rapporto.
operate-minutes = { $count ->
    [one] minuto
   *[other] { $count } minuti
  }
operate-seconds = { $count } secondi
operate-status-day = Le ultime 24 ore (UTC)
operate-status-sum = Prove delle ultime 24 ore: { $passed } riuscite su { $tests }
operate-status-passed = Riuscite
operate-of = { $part } su { $whole }
operate-status-median = Tempo mediano fino al rapporto
operate-status-last = Ultima prova
operate-status-last-failure = Ultimo guasto
operate-status-no-failure = nessuno nelle ultime 24 ore
operate-status-times = Dall’invio al rapporto
operate-time = fino al rapporto
operate-stage-address = Non c’era un indirizzo a cui scrivere.
operate-stage-connect = Nessuno ha risposto sulla porta SMTP.
operate-stage-tls = TLS era offerto ma non ha funzionato.
operate-stage-refused = Il messaggio non è stato accettato.
operate-stage-report = Il rapporto non è arrivato in tempo.
operate-stage-examination = L’esame è stato abbandonato.
operate-as-table = Gli stessi numeri in tabella
operate-span = Dalle (UTC)
operate-nothing = niente
