# Che cosa è cambiato fra due rapporti, e la prova dei record.

changes-since-last = Che cosa è cambiato dall’ultimo controllo
changes-since-message = Confronto con il messaggio { $number }
changes-made = Il rapporto di prima è del
changes-none = Non è cambiato niente.
changes-cured = Non c’è più
changes-new = Novità
changes-providers = Regole dei provider
changes-dns = Risposte DNS
changes-cached = I resolver che avevano già chiesto possono tenersi la vecchia risposta ancora per { $seconds ->
    [one] un secondo.
   *[other] { $seconds } secondi al massimo.
 }
changes-provider-gmail = Gmail
changes-provider-yahoo = Yahoo
changes-provider-outlook = Outlook.com
changes-provider-icloud = iCloud
changes-rule-met = rispettata
changes-rule-unmet = non rispettata
changes-rule-not-checkable = non verificabile
changes-rule-not-determined = non determinata
changes-rule-not-applicable = non riguarda questo messaggio

rehearse-title = Prova una modifica
rehearse-text = Prova una modifica al DNS prima di farla: spunta un record proposto o incollane uno tuo, e guarda quale sarebbe il punteggio. Block list, link e filtri antispam restano come hanno risposto per questo rapporto. Non viene pubblicato né conservato niente.
rehearse-cures = Record proposti in questo rapporto
rehearse-paste = Prova record tuoi
rehearse-records = Record, uno per riga
rehearse-syntax = Nome, tipo e valore, come in un file di zona. Ognuno prende il posto di tutto ciò che è pubblicato con quel nome e quel tipo.
rehearse-this = Prova questo record
rehearse-bar = Prova:
rehearse-what = Che cosa cambierebbe
rehearse-go = Prova
rehearse-is-one = È una prova: come se questi record fossero pubblicati. Non è stato cambiato niente.
rehearse-back = Torna al rapporto vero
rehearse-wrong = La riga { $line } non è un record leggibile:
rehearse-empty = Non c’è ancora nessun record da provare: spuntane uno o incollalo.

changes-evidence = Prove (ZIP)
changes-evidence-masked = Prove, con dati personali oscurati
changes-evidence-text = Il messaggio con tutte le risposte da cui nasce questo rapporto. «vaglio check --replay FILE» lo giudica di nuovo senza rete, con lo stesso risultato. La copia oscurata nasconde la parte locale degli indirizzi, i nomi, l’oggetto e gli allegati; guardala comunque prima di passarla a qualcuno.
