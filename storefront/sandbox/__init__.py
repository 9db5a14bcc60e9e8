"""The outside world on one machine: acquirer, banks, customs windows, carriers, mailbox."""
