from tf_edureka.cli import gpu_check

if __name__ == "__main__":
    raise SystemExit(gpu_check.main())
