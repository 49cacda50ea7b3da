package org.vhostdp.driver.afxdp.program;

import org.vhostdp.driver.afxdp.program.Dispatcher.Dispatched;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;

/**
 * Programs of ours that nobody uses any more. A link goes with its process; what libxdp attached
 * stays. Control threads, in the interface's network namespace.
 */
final class Leftovers {
  private Leftovers() {}

  /**
   * Takes our program off the interface unless some process says that it uses it; the caller has
   * the interface's lock.
   */
  static void detachUnused(Interface target, int program) throws DriverException {
    if (target.isUsed(program)) {
      return;
    }
    if (!target.exists()) {
      DispatcherPins.remove(target, program);
      return;
    }
    if (target.state().mode() == XdpState.NONE) {
      return;
    }
    try (Dispatched all = Dispatched.of(target)) {
      if (all.own() == program) {
        all.detachOwn();
      }
    }
  }

  /**
   * Removes what a process of ours left when it was killed, and nothing of anybody else; the caller
   * has the interface's lock.
   */
  static void sweep(Interface target) throws DriverException {
    XdpState state = target.state();
    if (state.mode() == XdpState.NONE) {
      return;
    }
    String name = LoadedPrograms.name(state.program());
    boolean ours = name.equals(RedirectProgram.NAME) && !isLinked(state.program());
    if (!ours && !name.equals(Dispatcher.NAME)) {
      return;
    }
    try (Dispatched all = Dispatched.of(target)) {
      int program = all.own();
      if (program != 0 && !target.isUsed(program)) {
        all.detachOwn();
      }
    }
  }

  private static boolean isLinked(int program) {
    return LoadedPrograms.link(program)
        .map(
            link -> {
              link.close();
              return true;
            })
        .orElse(false);
  }
}
