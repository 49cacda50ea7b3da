package org.vhostdp.dataplane.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** {@code vhostdp.ControlChange}: the guest or the operator changed how a port works. */
@Name("vhostdp.ControlChange")
@Label("Control Change")
@Category("vhost-dp")
@Description("The guest or the operator changed features, memory, receive-side scaling or limits")
@StackTrace(false)
public final class ControlChange extends Event {
  /** What was changed. */
  public enum Kind {
    FEATURES,
    MEMORY_TABLE,
    /** Receive-side scaling: key, table or hash types. */
    RSS,
    /** Number of queue pairs in use. */
    QUEUES,
    MTU,
    /** Rates, weights and classes. */
    QOS,
    CAPTURE
  }

  @Label("Port")
  private final String port;

  @Label("Kind")
  private final String kind;

  @Label("Detail")
  private final String detail;

  private ControlChange(String port, Kind kind, String detail) {
    this.port = port;
    this.kind = kind.name();
    this.detail = detail;
  }

  /**
   * Records a change.
   *
   * @param port its name
   * @param detail what it is now, or null
   */
  public static void commit(String port, Kind kind, String detail) {
    ControlChange event = new ControlChange(port, kind, detail);
    if (event.shouldCommit()) {
      event.commit();
    }
  }
}
