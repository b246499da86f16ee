"""Who holds which copy: schema, migrations, copies, ledger."""
