from tf_edureka.cli import call

if __name__ == "__main__":
    raise SystemExit(call("tf_edureka.cli.set_address"))
