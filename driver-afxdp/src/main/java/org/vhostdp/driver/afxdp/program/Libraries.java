package org.vhostdp.driver.afxdp.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;
import org.vhostdp.driver.afxdp.generated.LibXdp;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * libbpf and libxdp, looked for when they are first needed: only libxdp's dispatcher and object
 * files need them. They are told not to write to standard error. Control threads.
 */
public final class Libraries {
  static final String BPF = "libbpf.so.1";
  static final String XDP = "libxdp.so.1";

  /** One function each that came with the version of the library that is needed, or is the last. */
  private static final List<String> OF_BPF =
      List.of("libbpf_set_print", "bpf_object__open_mem", "bpf_object__find_map_by_name");

  private static final List<String> OF_XDP =
      List.of("libxdp_set_print", "xdp_program__set_xdp_frags_support");

  private static volatile SymbolLookup bpf;
  private static volatile SymbolLookup xdp;

  private Libraries() {}

  /**
   * Where a function is, for the generated bindings; empty before {@link #needBpf} or {@link
   * #needXdp}.
   */
  public static Optional<MemorySegment> find(String name) {
    SymbolLookup first = bpf;
    SymbolLookup second = xdp;
    Optional<MemorySegment> found = first == null ? Optional.empty() : first.find(name);
    return found.isPresent() || second == null ? found : second.find(name);
  }

  /** Loads libbpf; again does nothing. */
  static synchronized void needBpf() throws DriverException {
    if (bpf == null) {
      bpf = open(BPF, "libbpf1", OF_BPF);
      LibXdp.libbpf_set_print(MemorySegment.NULL);
    }
  }

  /** Loads libxdp and the libbpf that it works with; again does nothing. */
  static synchronized void needXdp() throws DriverException {
    needBpf();
    if (xdp == null) {
      xdp = open(XDP, "libxdp1", OF_XDP);
      LibXdp.libxdp_set_print(MemorySegment.NULL);
    }
  }

  /**
   * Opens a library for the process's life.
   *
   * @param functions what it must have
   */
  static SymbolLookup open(String library, String debian, List<String> functions)
      throws DriverException {
    SymbolLookup lookup;
    try {
      lookup = SymbolLookup.libraryLookup(library, Arena.global());
    } catch (IllegalArgumentException missing) {
      throw new DriverException(
          Reason.NOT_FOUND,
          "The library " + library + " cannot be loaded.",
          "Install it (Debian: apt install " + debian + "), or use program = \"single\".",
          missing);
    }
    for (String function : functions) {
      if (lookup.find(function).isEmpty()) {
        throw new DriverException(
            Reason.UNSUPPORTED,
            "The library " + library + " has no function " + function + ".",
            "Install libbpf 1.0 and libxdp 1.3 or later of these names, or use program ="
                + " \"single\".");
      }
    }
    return lookup;
  }
}
