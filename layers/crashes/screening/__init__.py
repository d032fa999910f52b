"""Which junctions and sections harm more than places like them: kept by a job, asked anew by a process, shown as layers."""
