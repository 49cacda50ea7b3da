package org.vhostdp.driver.afxdp.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.vhostdp.driver.afxdp.generated.LibXdp;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * libxdp's dispatcher: one program on the interface that calls several, so that this driver's
 * stands beside those of others. What it attaches stays until it is detached. Control threads, in
 * the interface's network namespace.
 */
final class Dispatcher {
  static final String NAME = "xdp_dispatcher";

  /** Where libxdp's own AF_XDP program stands among those of an interface. */
  private static final int PRIORITY = 20;

  private static final String ADVICE =
      "It needs a kernel that lets programs replace functions of others (Linux 5.10, BPF JIT, BTF)"
          + " and a bpf file system (mount -t bpf bpf /sys/fs/bpf): use program = \"single\".";

  /** Whether it was seen not to load, which takes a moment to find out. */
  private static volatile boolean knownNotToLoad;

  private Dispatcher() {}

  /** Whether this process has tried already, and the kernel does not load it. */
  static boolean isKnownNotToLoad() {
    return knownNotToLoad;
  }

  /**
   * Attaches this driver's program by the dispatcher.
   *
   * @throws DriverException UNSUPPORTED if libxdp could attach it without the dispatcher only; it
   *     is not attached then
   */
  static void attach(XskMap map, Interface target, boolean skb) throws DriverException {
    // libxdp would attach without that right as well, and could not take the program off again.
    if (!LoadedPrograms.allowed()) {
      throw new DriverException(
          Reason.PERMISSION,
          "libxdp's dispatcher on " + target.name() + " takes CAP_SYS_ADMIN.",
          "Grant it, or use program = \"single\", which takes CAP_BPF and CAP_NET_ADMIN.");
    }
    try (LoadedObject object = LoadedObject.own(map);
        Arena arena = Arena.ofConfined()) {
      MemorySegment section = arena.allocateFrom(RedirectObject.SECTION);
      MemorySegment program = LibXdp.xdp_program__from_bpf_obj(object.pointer(), section);
      check("xdp_program__from_bpf_obj", target, LibXdp.libxdp_get_error(program));
      try {
        LibXdp.xdp_program__set_run_prio(program, PRIORITY);
        LibXdp.xdp_program__set_xdp_frags_support(program, true);
        attach(program, object, target, skb);
      } finally {
        LibXdp.xdp_program__close(program);
      }
    }
  }

  private static void attach(
      MemorySegment program, LoadedObject object, Interface target, boolean skb)
      throws DriverException {
    int mode = skb ? LibXdp.XDP_MODE_SKB() : LibXdp.XDP_MODE_NATIVE();
    int result = LibXdp.xdp_program__attach(program, target.index(), mode, 0);
    if (result < 0) {
      throw object.refusal("xdp_program__attach on " + target.name(), -result);
    }
    try (Dispatched all = Dispatched.of(target)) {
      if (all.isSingle()) {
        knownNotToLoad = true;
        LibXdp.xdp_program__detach(program, target.index(), mode, 0);
        throw new DriverException(
            Reason.UNSUPPORTED,
            "libxdp's dispatcher does not load for " + target.name() + ".",
            ADVICE);
      }
    }
  }

  static void check(String call, Interface target, long error) throws DriverException {
    if (error < 0) {
      throw ProgramErrors.of(call, target.name(), (int) -error);
    }
  }

  /** The programs of an interface, as libxdp sees them. */
  static final class Dispatched implements AutoCloseable {
    private final MemorySegment all;
    private final Interface target;

    private Dispatched(MemorySegment all, Interface target) {
      this.all = all;
      this.target = target;
    }

    /** Asks; there is a program on the interface. */
    static Dispatched of(Interface target) throws DriverException {
      Libraries.needXdp();
      MemorySegment all = LibXdp.xdp_multiprog__get_from_ifindex(target.index());
      check("xdp_multiprog__get_from_ifindex", target, LibXdp.libxdp_get_error(all));
      return new Dispatched(all, target);
    }

    /** Whether it is one program without the dispatcher. */
    boolean isSingle() {
      return LibXdp.xdp_multiprog__is_legacy(all);
    }

    /** The id of this driver's program among them, or 0. */
    int own() {
      MemorySegment program = find();
      return program.address() == 0 ? 0 : LibXdp.xdp_program__id(program);
    }

    private MemorySegment find() {
      MemorySegment program =
          isSingle()
              ? LibXdp.xdp_multiprog__main_prog(all)
              : LibXdp.xdp_multiprog__next_prog(MemorySegment.NULL, all);
      while (program.address() != 0 && !name(program).equals(RedirectProgram.NAME)) {
        program = isSingle() ? MemorySegment.NULL : LibXdp.xdp_multiprog__next_prog(program, all);
      }
      return program;
    }

    private static String name(MemorySegment program) {
      MemorySegment text = LibXdp.xdp_program__name(program);
      return text.address() == 0
          ? ""
          : text.reinterpret(64).getString(0, StandardCharsets.US_ASCII);
    }

    /** Takes this driver's program off the interface, and leaves the others. */
    void detachOwn() throws DriverException {
      MemorySegment program = find();
      if (program.address() == 0) {
        return;
      }
      int mode = LibXdp.xdp_multiprog__attach_mode(all);
      long result =
          isSingle()
              ? LibXdp.xdp_multiprog__detach(all)
              : LibXdp.xdp_program__detach(program, target.index(), mode, 0);
      check("xdp_program__detach", target, result);
    }

    @Override
    public void close() {
      LibXdp.xdp_multiprog__close(all);
    }
  }
}
