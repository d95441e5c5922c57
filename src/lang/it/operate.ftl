# Il servizio funziona? La pagina pubblica dello stato, e quella del gestore.

operate-status-title = Stato del servizio
operate-status-ok = Il servizio funziona.
operate-status-failing = Il servizio non funziona.
operate-status-unknown = Non determinato: da un po’ nessuna prova è arrivata in fondo.
operate-status-off = Il gestore ha disattivato le prove.
operate-status-how = Il servizio scrive a sé stesso ogni { $every }, passando dalla propria porta SMTP, e aspetta il rapporto.
operate-minutes = { $count ->
    [one] minuto
   *[other] { $count } minuti
  }
operate-seconds = { $count ->
    [one] secondo
   *[other] { $count } secondi
  }
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

## La pagina del gestore

operate-self-tests = Le prove del servizio nelle ultime 24 ore (UTC)
operate-title = La pagina del gestore
operate-token = Il token del gestore
operate-enter = Apri
operate-leave = Chiudi la pagina: dimentica il token su questo browser
operate-wrong-token = Non è il token giusto.
operate-queue = La coda
operate-queue-waiting = In attesa
operate-queue-running = In corso, o presto ritentati
operate-queue-oldest = Il più vecchio aspetta da
operate-queue-failed = Abbandonati e ancora conservati
operate-charts = Che cosa mostrano i grafici
operate-of-messages = Messaggi
operate-of-refusals = Rifiuti SMTP
operate-of-reports = Rapporti
operate-of-time = Tempo fino al rapporto
operate-of-dns = Domande al DNS
operate-period-day = Ultime 24 ore
operate-period-week = Ultima settimana
operate-period-month = Ultimo mese
operate-period-year = Ultimo anno
operate-series-tests = a indirizzi monouso
operate-series-probes = alle sonde
operate-series-later = 4xx: riprova più tardi
operate-series-never = 5xx: definitivo
operate-series-ready = pronti
operate-series-failed = abbandonati
operate-series-average = in media
operate-series-answered = con risposta
operate-series-unanswered = senza risposta
operate-refusals-how = Risposte 4xx e 5xx di tutti i nodi. Le reti (IPv4 /24, IPv6 /48) si dimenticano dopo una settimana.
operate-refusals-code = Codice di risposta
operate-refusals-network = Rete del client
operate-others = tutte le altre
operate-failures = Dove si sono fermate le prove del servizio
operate-lists = Liste DNS
operate-lists-how = Come le conosce questo nodo: una volta all’ora interroga i punti di controllo di ogni lista.
operate-list-sound = in uso
operate-list-aside = messa da parte:
operate-list-control-point = è vuota, o chiusa
operate-list-lists-all = elenca qualsiasi cosa
operate-list-refused = rifiuta il resolver di questo nodo
operate-list-no-answer = non risponde
operate-list-unknown = non ancora interrogata
operate-log = Le ultime righe del log
operate-log-how = Di questo nodo, la più recente in alto. I log non contengono indirizzi, IP né testi dei messaggi.
operate-at-most = al massimo { $value }
