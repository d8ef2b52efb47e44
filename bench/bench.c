/* Placeholder until the runner lands. */
int be_bench_placeholder;
