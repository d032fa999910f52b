"""Cases: crimes, calls, and the places of fraud withdrawals."""
