package org.vhostdp.driver.afxdp.program;

import java.util.Optional;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Chooses how to attach: joins what another process of ours attached, else tries native before skb
 * mode, and in each the dispatcher before a program alone. Control threads, in the interface's
 * network namespace.
 */
final class Attaching {
  private final ProgramOptions options;
  private final Interface target;

  private Attaching(ProgramOptions options, Interface target) {
    this.options = options;
    this.target = target;
  }

  static Attachment attach(ProgramOptions options, Interface target) throws DriverException {
    return target.alone(new Attaching(options, target)::attach);
  }

  private Attachment attach() throws DriverException {
    Leftovers.sweep(target);
    XdpState state = target.state();
    if (state.mode() == XdpState.NONE) {
      return anew(false);
    }
    Optional<Attachment> joined = join(state);
    return joined.isPresent() ? joined.get() : beside(state);
  }

  private Optional<Attachment> join(XdpState state) throws DriverException {
    if (!options.isOwn()) {
      return Optional.empty();
    }
    String name = LoadedPrograms.name(state.program());
    Attachment joined = null;
    if (name.equals(RedirectProgram.NAME) && !options.is(ProgramOptions.DISPATCHER)) {
      joined = LinkedProgram.join(target, state).orElse(null);
    } else if (name.equals(Dispatcher.NAME) && !options.is(ProgramOptions.SINGLE)) {
      joined = DispatchedProgram.join(target, state).orElse(null);
    }
    if (joined != null) {
      try {
        checkMode(options, joined, target);
      } catch (DriverException e) {
        joined.close();
        throw e;
      }
    }
    return Optional.ofNullable(joined);
  }

  /** Refuses a shared program that runs elsewhere than asked for. */
  static void checkMode(ProgramOptions options, Attachment shared, Interface target)
      throws DriverException {
    if (shared.skb() ? !options.wantsSkb() : !options.wantsNative()) {
      throw new DriverException(
          Reason.BUSY,
          target.name()
              + " has this driver's XDP program in "
              + (shared.skb() ? "skb" : "native")
              + " mode already, for another port.",
          "Use the same mode for all ports of an interface.");
    }
  }

  private Attachment beside(XdpState state) throws DriverException {
    boolean dispatched = LoadedPrograms.name(state.program()).equals(Dispatcher.NAME);
    boolean dispatchable = options.is(ProgramOptions.AUTO) || options.is(ProgramOptions.DISPATCHER);
    if (dispatched && dispatchable) {
      return anew(true);
    }
    String rights =
        LoadedPrograms.allowed()
            ? ""
            : " Sharing this driver's own with another process takes CAP_SYS_ADMIN.";
    throw new DriverException(
        Reason.BUSY,
        target.name() + " has an XDP program already: " + Foreign.program(state) + ".",
        "Remove it (ip link set dev "
            + target.name()
            + " xdp off, or end the process that attached it), or let it redirect to an XSKMAP,"
            + " pin that and name it with program = \"pinned:PATH\"."
            + rights);
  }

  private Attachment anew(boolean dispatcherOnly) throws DriverException {
    if (!options.wantsNative()) {
      return in(true, dispatcherOnly);
    }
    try {
      return in(false, dispatcherOnly);
    } catch (DriverException e) {
      boolean mustHaveTags = options.tags() == ProgramOptions.Tags.ON;
      if (!options.wantsSkb() || mustHaveTags || !isAboutMode(e)) {
        throw e;
      }
    }
    return in(true, dispatcherOnly);
  }

  /** Whether another mode may do what this one did not. */
  private static boolean isAboutMode(DriverException e) {
    return e.reason() == Reason.UNSUPPORTED || e.reason() == Reason.RESOURCES;
  }

  private Attachment in(boolean skb, boolean dispatcherOnly) throws DriverException {
    if (options.object() != null) {
      return LinkedProgram.of(options.object(), target, skb);
    }
    if (options.is(ProgramOptions.DISPATCHER) || dispatcherOnly) {
      return DispatchedProgram.own(target, skb);
    }
    boolean mustHaveTags = options.tags() == ProgramOptions.Tags.ON;
    if (options.is(ProgramOptions.AUTO) && !mustHaveTags && !Dispatcher.isKnownNotToLoad()) {
      try {
        return DispatchedProgram.own(target, skb);
      } catch (DriverException e) {
        // Whatever the reason was, a program alone needs less; if that fails too, it says why.
      }
    }
    return LinkedProgram.own(target, skb, options.tags());
  }
}
