from tf_edureka.cli import compare

if __name__ == "__main__":
    raise SystemExit(compare.main())
