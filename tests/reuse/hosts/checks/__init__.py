"""What must hold in every project that uses the apps; copied into each."""
