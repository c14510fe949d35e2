from tf_edureka.cli import predict

if __name__ == "__main__":
    raise SystemExit(predict.main())
