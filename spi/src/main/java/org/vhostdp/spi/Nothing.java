package org.vhostdp.spi;

/** Parts of a driver that has nothing to tell. */
final class Nothing {
  static final Wakeup POLLED =
      new Wakeup() {
        @Override
        public int fd() {
          return -1;
        }

        @Override
        public boolean arm() {
          return false;
        }
      };

  static final PortEvents QUIET =
      new PortEvents() {
        @Override
        public int next() {
          return NONE;
        }

        @Override
        public String detail() {
          return "";
        }

        @Override
        public boolean linkUp() {
          return true;
        }

        @Override
        public Wakeup wakeup() {
          return POLLED;
        }
      };

  private Nothing() {}
}
