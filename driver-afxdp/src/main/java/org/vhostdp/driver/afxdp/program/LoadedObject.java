package org.vhostdp.driver.afxdp.program;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.driver.afxdp.generated.LibXdp;
import org.vhostdp.driver.afxdp.generated.XdpKernel;
import org.vhostdp.driver.afxdp.generated.bpf_object_open_opts;
import org.vhostdp.linux.Errno;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** An object file with an XDP program, opened by libbpf. Control threads. */
final class LoadedObject implements AutoCloseable {
  private static final int LOG = 256 << 10;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment log = arena.allocate(LOG);
  private final String name;
  private MemorySegment object = MemorySegment.NULL;

  private LoadedObject(String name) {
    this.name = name;
  }

  /** An operator's file, loaded into the kernel. */
  static LoadedObject load(String path) throws DriverException {
    if (!Files.exists(Path.of(path))) {
      throw ProgramErrors.of("open", path, Errno.ENOENT, "Name an existing object file.");
    }
    Libraries.needBpf();
    LoadedObject loaded = new LoadedObject(path);
    try {
      MemorySegment file = loaded.arena.allocateFrom(path);
      loaded.object = Opening.open(Opening.FILE, file, 0, loaded.options(), path);
      loaded.load();
      return loaded;
    } catch (DriverException e) {
      loaded.close();
      throw e;
    }
  }

  /** This driver's own program, opened only: libxdp loads it. */
  static LoadedObject own(XskMap map) throws DriverException {
    Libraries.needXdp();
    LoadedObject opened = new LoadedObject(RedirectProgram.NAME);
    try {
      byte[] image = RedirectObject.image(map.raw());
      MemorySegment memory = opened.arena.allocateFrom(ValueLayout.JAVA_BYTE, image);
      opened.object =
          Opening.open(Opening.MEMORY, memory, image.length, opened.options(), opened.name);
      return opened;
    } catch (DriverException e) {
      opened.close();
      throw e;
    }
  }

  private MemorySegment options() {
    MemorySegment options = bpf_object_open_opts.allocate(arena);
    bpf_object_open_opts.sz(options, bpf_object_open_opts.sizeof());
    bpf_object_open_opts.object_name(options, arena.allocateFrom(RedirectProgram.NAME));
    bpf_object_open_opts.kernel_log_buf(options, log);
    bpf_object_open_opts.kernel_log_size(options, LOG);
    return options;
  }

  private void load() throws DriverException {
    int result = LockedLimit.creating(() -> LibXdp.bpf_object__load(object));
    if (result < 0) {
      throw refusal("bpf_object__load", -result);
    }
  }

  /** Why the kernel did not load it. */
  DriverException refusal(String call, int errno) {
    return VerifierLog.refusal(call, name, errno, log);
  }

  MemorySegment pointer() {
    return object;
  }

  /** The descriptor of the first XDP program; the object stays the owner. */
  int program() throws DriverException {
    MemorySegment program = LibXdp.bpf_object__next_program(object, MemorySegment.NULL);
    while (program.address() != 0) {
      if (LibXdp.bpf_program__type(program) == XdpKernel.BPF_PROG_TYPE_XDP()) {
        return LibXdp.bpf_program__fd(program);
      }
      program = LibXdp.bpf_object__next_program(object, program);
    }
    throw new DriverException(
        Reason.CONFIGURATION,
        name + " has no XDP program.",
        "Put one into a section \"xdp\", or \"xdp.frags\" for large frames.");
  }

  /** The descriptor of the map that sockets go into; the object stays the owner. */
  int map() throws DriverException {
    MemorySegment map =
        LibXdp.bpf_object__find_map_by_name(object, arena.allocateFrom(XskMap.NAME));
    if (map.address() == 0 || LibXdp.bpf_map__type(map) != XdpKernel.BPF_MAP_TYPE_XSKMAP()) {
      throw new DriverException(
          Reason.CONFIGURATION,
          name + " has no XSKMAP named " + XskMap.NAME + ".",
          "Declare a map of type BPF_MAP_TYPE_XSKMAP with that name.");
    }
    return LibXdp.bpf_map__fd(map);
  }

  @Override
  public void close() {
    if (object.address() != 0) {
      LibXdp.bpf_object__close(object);
      object = MemorySegment.NULL;
    }
    arena.close();
  }

  /** The two calls that give a pointer, or none and errno. */
  private static final class Opening {
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    static final MethodHandle FILE =
        link(LibXdp.bpf_object__open_file$address(), LibXdp.bpf_object__open_file$descriptor());
    static final MethodHandle MEMORY =
        link(LibXdp.bpf_object__open_mem$address(), LibXdp.bpf_object__open_mem$descriptor());

    private Opening() {}

    private static MethodHandle link(MemorySegment function, FunctionDescriptor descriptor) {
      return Linker.nativeLinker().downcallHandle(function, descriptor, ERRNO);
    }

    static MemorySegment open(
        MethodHandle call, MemorySegment what, long length, MemorySegment options, String name)
        throws DriverException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
        MemorySegment object =
            call == FILE
                ? (MemorySegment) call.invokeExact(state, what, options)
                : (MemorySegment) call.invokeExact(state, what, length, options);
        if (object.address() == 0) {
          throw ProgramErrors.of(
              "bpf_object__open",
              name,
              state.get(ValueLayout.JAVA_INT, 0),
              "It must be an object file that clang made with -target bpf -g.");
        }
        return object;
      } catch (DriverException | RuntimeException | Error known) {
        throw known;
      } catch (Throwable impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }
}
