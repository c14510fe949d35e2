from tf_edureka.cli import render_notebooks

if __name__ == "__main__":
    raise SystemExit(render_notebooks.main())
