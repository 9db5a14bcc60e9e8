"""An acquirer that speaks YooKassa's API v3: payments, refunds, receipts, a pay page, notices."""
