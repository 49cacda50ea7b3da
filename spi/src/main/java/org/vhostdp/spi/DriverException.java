package org.vhostdp.spi;

/**
 * Why a driver could not do what it was asked: a sentence for the operator, and what to do about
 * it.
 *
 * <ul>
 *   <li><b>FAULT-1</b> The message names the call or setting, the object (device, file, key) and,
 *       if the kernel refused, errno's name. It is readable without a stack trace.
 *   <li><b>FAULT-2</b> A missing privilege is refused as {@code PERMISSION}, with advice, and
 *       nothing stays open.
 *   <li><b>FAULT-3</b> A device that somebody else holds is refused as {@code BUSY}, by its name.
 *   <li><b>FAULT-4</b> A device, interface or file that is not there is refused as {@code
 *       NOT_FOUND}, by its name.
 *   <li><b>FAULT-5</b> Where the process may lock too little memory, open or start makes do with
 *       it, or is refused as {@code RESOURCES}, with advice, and nothing stays open.
 * </ul>
 */
public final class DriverException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it is. Values may be added: never switch without a default. */
  public enum Reason {
    /** A key is unknown, missing, of the wrong form, or contradicts another. */
    CONFIGURATION,
    /** A privilege is missing. */
    PERMISSION,
    /** The device, interface, file or library is not there. */
    NOT_FOUND,
    /** Somebody else holds it. */
    BUSY,
    /** Memory, descriptors or locked pages ran out. */
    RESOURCES,
    /** The device, the kernel or the driver cannot do this. */
    UNSUPPORTED,
    /** The device failed. */
    DEVICE
  }

  private final Reason reason;
  private final String advice;

  /**
   * @param reason what kind of failure
   * @param message one sentence: what failed, on which object, why
   * @param advice what to do, one sentence; empty if there is nothing to say
   */
  public DriverException(Reason reason, String message, String advice) {
    this(reason, message, advice, null);
  }

  /** As above, with the failure underneath. */
  public DriverException(Reason reason, String message, String advice, Throwable cause) {
    super(advice.isEmpty() ? message : message + " " + advice, cause);
    this.reason = reason;
    this.advice = advice;
  }

  public Reason reason() {
    return reason;
  }

  /** What to do, one sentence, also part of the message; may be empty. */
  public String advice() {
    return advice;
  }
}
