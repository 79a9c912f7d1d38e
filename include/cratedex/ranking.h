/* What the order of relevance is made of: the weights of its first stage. An operator can override
   them by a file (cratedex-server --ranking FILE, cratedex-index query --ranking FILE). */
#ifndef CRATEDEX_RANKING_H
#define CRATEDEX_RANKING_H

#include <cratedex/error.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first stage scores every match:

       score = any · share of the query's words that occur anywhere
             + main · share that occurs in the name, the keywords or the description
             + keywords · share that occurs in the keywords
             + popularity · the crate's popularity (0 … 1)

   A word's share is its inverse document frequency, log(1 + (N - n + ½) / (n + ½)), of the sum over
   the query's words (Robertson and Spärck Jones). Presence counts, frequency does not. Where only a
   word with the same stem occurs, `stem` of the share counts. */
struct ranking {
    double any;
    double main;
    double keywords;
    double popularity;
    double
        substring; /* in place of the shares: the name contains the text, the words do not occur */
    double stem;   /* how much of a word counts where only another one with its stem occurs, and not
                      the word as it was typed; half as much of words of up to four letters; a
                      word that is its own stem loses only a quarter of the rest; 0 … 1 */
    double prefix; /* how much of a word counts where only a longer word begins with it; 0 … 1 */
    double
        synonym; /* how much of a word counts where only a synonym of it stands; 0: none is looked
                       for; 0 … 1 */
    double min_share;  /* the share that a match must reach with match=best; 0 … 1 */
    bool typos;        /* whether misspelt words and names are corrected */
    bool second_stage; /* whether the best are put in order by the learned trees */
};

/* The weights that are built in. */
void ranking_set_defaults(struct ranking *ranking);

/* Reads a file of settings (settings_file.h) whose names are those of struct ranking over what
   `ranking` holds. Returns 0, or -1 and the line that is wrong. */
int ranking_read(struct ranking *ranking, const char *path, struct error *error);

/* Whether both put everything in the same order. */
bool ranking_equal(const struct ranking *one, const struct ranking *other);

#ifdef __cplusplus
}
#endif

#endif
