# Le pagine di tutti i codici.

codes-title = Tutto quello che un rapporto può contenere
codes-lead = Che cosa si cerca, quanto costa e su che cosa si fonda. Ogni codice conserva per sempre il suo significato.
codes-all = Tutti i codici
codes-code = Codice
codes-meaning = Significato
codes-section = Sezione
codes-points = Punti
codes-basis = Fondamento
codes-why = Perché conta
codes-fix = Che cosa cambiare
codes-up-to = fino a { $points }
codes-capped = (tutti i casi di questo tipo insieme: al massimo { $points })
codes-notice = 0: buono a sapersi
codes-good = 0: è a posto
codes-not-applicable = 0: non riguarda il messaggio
codes-not-determined = 0: non si è potuto determinare
codes-placeholders = Le parole fra ‹ e › stanno per ciò che mostra un messaggio.
codes-explain = Che cosa significa questo codice
