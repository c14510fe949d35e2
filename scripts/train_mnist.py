from tf_edureka.cli import train_mnist

if __name__ == "__main__":
    raise SystemExit(train_mnist.main())
