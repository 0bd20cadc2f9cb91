"""The benchmark: the production configuration on scratch servers of this machine. See docs/performance.md."""
