from tf_edureka.cli import launch_workers

if __name__ == "__main__":
    raise SystemExit(launch_workers.main())
