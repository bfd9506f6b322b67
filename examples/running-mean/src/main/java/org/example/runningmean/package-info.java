/** The simplest memory that is of use: one vector a stream, the running mean of what its segments were. */
package org.example.runningmean;
