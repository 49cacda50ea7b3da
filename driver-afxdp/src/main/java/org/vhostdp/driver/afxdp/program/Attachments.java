package org.vhostdp.driver.afxdp.program;

import java.util.HashMap;
import java.util.Map;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** What this process has attached: ports on other queues of an interface share it. Any thread. */
final class Attachments {
  private static final Map<Key, Shared> OPEN = new HashMap<>();

  private Attachments() {}

  private record Key(long namespace, int ifindex) {}

  /** An attachment and how many ports use it. */
  static final class Shared {
    final Attachment attachment;
    private final ProgramOptions options;
    private final Key key;
    private int users = 1;

    private Shared(Attachment attachment, ProgramOptions options, Key key) {
      this.attachment = attachment;
      this.options = options;
      this.key = key;
    }
  }

  /** Attaches, or shares what another port of this process attached. */
  static synchronized Shared acquire(ProgramOptions options, Interface target)
      throws DriverException {
    Key key = new Key(Interface.namespace(), target.index());
    Shared shared = OPEN.get(key);
    // An operator may have forced the program off; then there is nothing to share.
    if (shared != null && target.state().mode() != XdpState.NONE) {
      check(options, shared, target);
      shared.users++;
      return shared;
    }
    ForgottenPrograms forgotten = ForgottenPrograms.look();
    try {
      Shared made = new Shared(Attaching.attach(options, target), options, key);
      OPEN.put(key, made);
      return made;
    } finally {
      forgotten.close();
    }
  }

  private static void check(ProgramOptions options, Shared shared, Interface target)
      throws DriverException {
    boolean same = options.program().equals(shared.options.program());
    boolean either = options.is(ProgramOptions.AUTO) && shared.options.isOwn();
    if (!same && !either) {
      throw new DriverException(
          Reason.BUSY,
          "Another port of this process uses "
              + target.name()
              + " with program = \""
              + shared.options.program()
              + "\".",
          "Use the same program for all ports of an interface.");
    }
    Attaching.checkMode(options, shared.attachment, target);
  }

  /** Gives one use back; the last one detaches. */
  static synchronized void release(Shared shared) {
    shared.users--;
    if (shared.users == 0) {
      OPEN.remove(shared.key, shared);
      ForgottenPrograms forgotten = ForgottenPrograms.look();
      shared.attachment.close();
      forgotten.close();
    }
  }

  /** Removes what a killed process of ours left. */
  static synchronized void sweep(Interface target) throws DriverException {
    ForgottenPrograms forgotten = ForgottenPrograms.look();
    try {
      target.alone(
          () -> {
            Leftovers.sweep(target);
            return null;
          });
    } finally {
      forgotten.close();
    }
  }
}
