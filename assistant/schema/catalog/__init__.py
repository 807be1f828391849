"""What the database holds, read from its catalog and compared with what the migrations make."""
