from tf_edureka.cli import train_perceptron

if __name__ == "__main__":
    raise SystemExit(train_perceptron.main())
