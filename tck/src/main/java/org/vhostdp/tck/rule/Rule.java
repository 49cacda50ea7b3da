package org.vhostdp.tck.rule;

/**
 * One rule of the SPI.
 *
 * @param id its number, as the SPI's Javadoc writes it: "TX-3"
 * @param title what the test shows, a few words
 * @param source the SPI type whose Javadoc states it, such as "TxQueue"
 * @param sentence the rule, word by word as stated there, without markup: {@code {@link #start}} is
 *     "start", {@code {@link Burst#FULL}} is "Burst.FULL", a label stands for its link
 * @param group what it is about
 * @param need the ability that must be declared for the rule to apply
 * @param test how it is tried
 */
public record Rule(
    String id,
    String title,
    String source,
    String sentence,
    Group group,
    Need need,
    RuleTest test) {}
