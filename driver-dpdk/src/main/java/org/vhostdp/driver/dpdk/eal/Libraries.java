package org.vhostdp.driver.dpdk.eal;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The shared libraries of DPDK 22.11, opened by the names that carry their ABI. They stay open
 * until the process ends: DPDK's threads run in them. Any thread.
 */
public final class Libraries {
  /** The ABI that the bindings were made for: DPDK 22.11. */
  static final String ABI = "23";

  private static final List<String> NAMES =
      List.of("eal", "ethdev", "mbuf", "mempool", "ring", "meter", "net_ring");

  private static final String ADVICE =
      "Install DPDK 22.11 (Debian: apt install dpdk); other versions have another ABI and other"
          + " library names.";

  private static volatile SymbolLookup opened;

  /**
   * Finds a symbol of DPDK or of the C library. Opens the libraries when it is first asked; where
   * one is missing nothing is found, and {@link #check()} says why. A thread-local variable is
   * found as that of the calling thread.
   */
  public static final SymbolLookup LOOKUP = Libraries::find;

  private Libraries() {}

  private static Optional<MemorySegment> find(String name) {
    try {
      return lookup().find(name);
    } catch (DriverException e) {
      return Optional.empty();
    }
  }

  /**
   * Opens the libraries.
   *
   * @throws DriverException naming the one that is missing or cannot be loaded
   */
  public static void check() throws DriverException {
    lookup();
  }

  /** The first library that cannot be opened, as a sentence; empty if there is none. */
  public static Optional<DriverException> missing() {
    try {
      check();
      return Optional.empty();
    } catch (DriverException e) {
      return Optional.of(e);
    }
  }

  private static SymbolLookup lookup() throws DriverException {
    SymbolLookup found = opened;
    if (found == null) {
      found = open();
      opened = found;
    }
    return found;
  }

  private static SymbolLookup open() throws DriverException {
    List<SymbolLookup> all = new ArrayList<>();
    for (String name : NAMES) {
      all.add(open("librte_" + name + ".so." + ABI));
    }
    SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
    for (SymbolLookup one : all.reversed()) {
      lookup = one.or(lookup);
    }
    return lookup;
  }

  private static SymbolLookup open(String soname) throws DriverException {
    try {
      return SymbolLookup.libraryLookup(soname, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new DriverException(
          Reason.NOT_FOUND,
          "The library "
              + soname
              + " cannot be opened: it, or one that it needs, is missing or of another version.",
          ADVICE,
          e);
    }
  }
}
