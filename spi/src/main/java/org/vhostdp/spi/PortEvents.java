package org.vhostdp.spi;

/**
 * What happened to a port's device. Polled by one control thread; never a callback.
 *
 * <p><b>LINK-1</b> Link down, link up and removal are each reported once per change. <b>LINK-2</b>
 * A removed device does not make burst methods throw or spin: they return 0. <b>LINK-3</b> When the
 * link is up again frames flow as before, without a restart.
 */
public interface PortEvents {
  /** Nothing happened. */
  int NONE = 0;

  /** The link came up. */
  int LINK_UP = 1;

  /** The link went down. */
  int LINK_DOWN = 2;

  /** The device is gone; the port can only be closed. */
  int REMOVED = 3;

  /** The device failed; stopping and starting may mend it. */
  int FAULT = 4;

  /** Another setting of the device changed from outside; {@link #detail()} says which. */
  int CHANGED = 5;

  /** The events of a device whose link is always up and to which nothing ever happens. */
  static PortEvents quiet() {
    return Nothing.QUIET;
  }

  /** The next event, or {@link #NONE}. Unknown numbers are to be ignored. */
  int next();

  /** A sentence about the event last returned by {@link #next()}. */
  String detail();

  /** Whether the link is up now. */
  boolean linkUp();

  /** Tells when {@link #next()} has something; its fd may be -1 if the device never reports. */
  Wakeup wakeup();
}
