"""Peers of the risk model on the same tables: LightGBM and scikit-learn's boosted trees, each calibrated over five folds, and
interpret's explainable boosting machine. One thread. pip install numpy pandas scikit-learn lightgbm interpret-core

peers.py <folder> <day> …: reads <day>-train.csv and <day>-test.csv (first column: the outcome; columns named *_level tell kinds apart),
writes one line of JSON per peer and day. With --scale it trains on <folder>/scale.csv only, for the time it takes."""
import json
import sys
import time

import lightgbm
import numpy as np
import pandas as pd
from interpret.glassbox import ExplainableBoostingClassifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import brier_score_loss, roc_auc_score


def read(path):
    table = pd.read_csv(path)
    return table.iloc[:, 1:], table.iloc[:, 0].to_numpy()


def ebm(columns, jobs=1):
    kinds = ['nominal' if name.endswith('_level') else 'continuous' for name in columns]
    return ExplainableBoostingClassifier(feature_types=kinds, n_jobs=jobs, random_state=1)


def trees(columns):
    levels = [i for i, name in enumerate(columns) if name.endswith('_level')]
    return {
        'lightgbm': lightgbm.LGBMClassifier(n_estimators=200, learning_rate=0.05, num_leaves=15, min_child_samples=40,
                                            subsample=0.8, subsample_freq=1, colsample_bytree=0.8, n_jobs=1, verbose=-1,
                                            random_state=1),
        'sklearn': HistGradientBoostingClassifier(learning_rate=0.05, max_iter=200, max_leaf_nodes=15,
                                                  categorical_features=levels, random_state=1),
    }


def report(**found):
    print(json.dumps(found), flush=True)


def judge(day, name, seconds, shares, outcomes, calibrated):
    report(day=day, peer=name, seconds=round(seconds, 2), auc=roc_auc_score(outcomes, shares),
           brier=brier_score_loss(outcomes, calibrated))


folder, *days = sys.argv[1:]
if days == ['--scale']:
    x, y = read(f'{folder}/scale.csv')
    started = time.perf_counter()
    ebm(x.columns).fit(x, y)
    report(peer='ebm', seconds=round(time.perf_counter() - started, 2), rows=len(y), features=x.shape[1])
    sys.exit()
with_ebm = '--no-ebm' not in days
for day in [day for day in days if day != '--no-ebm']:
    (x, y), (tx, ty) = read(f'{folder}/{day}-train.csv'), read(f'{folder}/{day}-test.csv')
    x = x.loc[:, x.nunique() > 1]  # scikit-learn fails on a column in which nothing is known
    tx = tx[x.columns]
    for name, model in trees(x.columns).items():
        started = time.perf_counter()
        model.fit(x, y)
        seconds = time.perf_counter() - started
        calibrated = CalibratedClassifierCV(model, method='isotonic', cv=5, n_jobs=1).fit(x, y)
        judge(int(day), name, seconds, model.predict_proba(tx)[:, 1], ty, calibrated.predict_proba(tx)[:, 1])
    if with_ebm:
        started = time.perf_counter()
        model = ebm(x.columns).fit(x, y)
        shares = model.predict_proba(tx)[:, 1]
        judge(int(day), 'ebm', time.perf_counter() - started, shares, ty, shares)
