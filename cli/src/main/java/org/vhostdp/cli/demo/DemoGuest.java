package org.vhostdp.cli.demo;

import java.io.IOException;

/** A guest under demonstration. */
interface DemoGuest extends AutoCloseable {
  /** Pings, then moves payload both ways. */
  DemoResult show(Progress progress) throws IOException, InterruptedException;

  @Override
  void close();
}
