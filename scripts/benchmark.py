from tf_edureka.cli import benchmark

if __name__ == "__main__":
    raise SystemExit(benchmark.main())
