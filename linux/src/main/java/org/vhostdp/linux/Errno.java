package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import org.vhostdp.linux.generated.Libc;

/** Linux's error numbers ({@code asm-generic/errno.h}): names, texts, advice. */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = 1;

  /** No such file or directory. */
  public static final int ENOENT = 2;

  /** Interrupted system call. */
  public static final int EINTR = 4;

  /** I/O error. */
  public static final int EIO = 5;

  /** No such device or address. */
  public static final int ENXIO = 6;

  /** Argument list too long; what a map of the kernel says of an index beyond its end. */
  public static final int E2BIG = 7;

  /** Bad file number. */
  public static final int EBADF = 9;

  /** Try again. */
  public static final int EAGAIN = 11;

  /** Out of memory. */
  public static final int ENOMEM = 12;

  /** Permission denied. */
  public static final int EACCES = 13;

  /** Bad address. */
  public static final int EFAULT = 14;

  /** Device or resource busy. */
  public static final int EBUSY = 16;

  /** File exists. */
  public static final int EEXIST = 17;

  /** No such device. */
  public static final int ENODEV = 19;

  /** Not a directory. */
  public static final int ENOTDIR = 20;

  /** Is a directory. */
  public static final int EISDIR = 21;

  /** Invalid argument. */
  public static final int EINVAL = 22;

  /** File table overflow. */
  public static final int ENFILE = 23;

  /** Too many open files. */
  public static final int EMFILE = 24;

  /** Not a typewriter. */
  public static final int ENOTTY = 25;

  /** File too large. */
  public static final int EFBIG = 27;

  /** No space left on device. */
  public static final int ENOSPC = 28;

  /** Broken pipe. */
  public static final int EPIPE = 32;

  /** Math result not representable. */
  public static final int ERANGE = 34;

  /** File name too long. */
  public static final int ENAMETOOLONG = 36;

  /** Invalid system call number. */
  public static final int ENOSYS = 38;

  /** Too many symbolic links encountered. */
  public static final int ELOOP = 40;

  /** No data available. */
  public static final int ENODATA = 61;

  /** Value too large for defined data type. */
  public static final int EOVERFLOW = 75;

  /** File descriptor in bad state. */
  public static final int EBADFD = 77;

  /** Message too long. */
  public static final int EMSGSIZE = 90;

  /** Protocol wrong type for socket. */
  public static final int EPROTOTYPE = 91;

  /** Protocol not supported. */
  public static final int EPROTONOSUPPORT = 93;

  /** Operation not supported on transport endpoint. */
  public static final int EOPNOTSUPP = 95;

  /** Address already in use. */
  public static final int EADDRINUSE = 98;

  /** Cannot assign requested address. */
  public static final int EADDRNOTAVAIL = 99;

  /** Network is down. */
  public static final int ENETDOWN = 100;

  /** Network is unreachable. */
  public static final int ENETUNREACH = 101;

  /** Software caused connection abort. */
  public static final int ECONNABORTED = 103;

  /** Connection reset by peer. */
  public static final int ECONNRESET = 104;

  /** No buffer space available. */
  public static final int ENOBUFS = 105;

  /** Transport endpoint is not connected. */
  public static final int ENOTCONN = 107;

  /** Connection timed out. */
  public static final int ETIMEDOUT = 110;

  /** Connection refused. */
  public static final int ECONNREFUSED = 111;

  /** No route to host. */
  public static final int EHOSTUNREACH = 113;

  /** Operation already in progress. */
  public static final int EALREADY = 114;

  /** Operation now in progress. */
  public static final int EINPROGRESS = 115;

  /** Stale file handle. */
  public static final int ESTALE = 116;

  /** Operation Canceled. */
  public static final int ECANCELED = 125;

  private static final MethodHandle STRERROR =
      Native.link(Libc.strerror$address(), Libc.strerror$descriptor());

  /** Longer than any of libc's texts; reading stops at the end of the text. */
  private static final long MAX_TEXT = 1024;

  /** The names of 1, 2, 3, ...; a dash where Linux has none. */
  private static final String[] NAMES =
      """
      EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES
      EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY
      ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG
      ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG
      EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR
      ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP
      EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX
      ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE
      ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT
      EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET
      ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN
      EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO
      EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED
      EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON
      """
          .trim()
          .split("\\s+");

  private static final Map<Integer, String> ADVICE =
      Map.ofEntries(
          Map.entry(
              EPERM, "Run it as root, or give the process the capability that this call needs."),
          Map.entry(EACCES, "Check the owner and mode of the file and of each folder above it."),
          Map.entry(ENOENT, "Check the name; create it first if it should be there."),
          Map.entry(ENODEV, "There is no such device; check its name and its network namespace."),
          Map.entry(ENXIO, "The device is gone or was never set up; check that it still exists."),
          Map.entry(EEXIST, "Something of that name exists; remove it or choose another name."),
          Map.entry(EBUSY, "Somebody else uses it; stop them or choose another one."),
          Map.entry(EMFILE, "Raise this process's limit on open files (ulimit -n, LimitNOFILE=)."),
          Map.entry(ENFILE, "Raise the system's limit on open files (sysctl fs.file-max)."),
          Map.entry(ENOMEM, "Free memory, or raise the limit on locked or huge pages."),
          Map.entry(ENOSPC, "Free space on the device, or raise the limit that is used up."),
          Map.entry(EADDRINUSE, "Another process listens there; stop it or choose another one."),
          Map.entry(EADDRNOTAVAIL, "No interface here has that address; check it."),
          Map.entry(ECONNREFUSED, "Nobody listens there; start the other side first."),
          Map.entry(EPIPE, "The other side closed the connection; connect again."),
          Map.entry(ECONNRESET, "The other side closed the connection; connect again."),
          Map.entry(ETIMEDOUT, "The other side does not answer; check that it still runs."),
          Map.entry(ENAMETOOLONG, "Choose a shorter name."),
          Map.entry(
              ENOSYS, "This kernel does not have the call; use a newer kernel or allow the call."),
          Map.entry(
              EOPNOTSUPP,
              "The kernel or the device cannot do this; check its version and driver."));

  private Errno() {}

  /** The symbolic name, e.g. {@code EAGAIN}; {@code "errno 4711"} for a number Linux lacks. */
  public static String name(int errno) {
    boolean known = errno >= 1 && errno <= NAMES.length && !NAMES[errno - 1].equals("-");
    return known ? NAMES[errno - 1] : "errno " + errno;
  }

  /** libc's text, e.g. {@code Resource temporarily unavailable}. */
  public static String text(int errno) {
    long text = Native.callLong(STRERROR, CallState.ofThread(), errno);
    return MemorySegment.ofAddress(text).reinterpret(MAX_TEXT).getString(0);
  }

  /** What one can usually do about it, as a sentence; empty if that depends on the call. */
  public static String advice(int errno) {
    return ADVICE.getOrDefault(errno, "");
  }
}
