package org.vhostdp.dataplane.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** {@code vhostdp.DriverStall}: a driver kept an IO thread longer than it may. */
@Name("vhostdp.DriverStall")
@Label("Driver Stall")
@Category("vhost-dp")
@Description("A driver's queue kept an IO thread longer than it may")
@StackTrace(false)
public final class DriverStall extends Event {
  @Label("IO Thread")
  private final String ioThread;

  @Label("Substitute")
  private final String substitute;

  @Label("Stalled For")
  @Timespan(Timespan.NANOSECONDS)
  private final long stalledFor;

  private DriverStall(String ioThread, String substitute, long stalledFor) {
    this.ioThread = ioThread;
    this.substitute = substitute;
    this.stalledFor = stalledFor;
  }

  /**
   * Records a stall.
   *
   * @param ioThread the name of the thread that is kept
   * @param substitute who goes on with its other pairs, or null
   * @param nanos for how long already, at least
   */
  public static void commit(String ioThread, String substitute, long nanos) {
    DriverStall event = new DriverStall(ioThread, substitute, nanos);
    if (event.shouldCommit()) {
      event.commit();
    }
  }
}
